// The log reader: any bytes give a record whose counts agree, and the same one however the stream is cut.

#include <sstream>
#include <streambuf>
#include <string>

#include "fuzz/require.hpp"
#include "fuzz/target.hpp"
#include "results/check/log_reader.hpp"

namespace {

/// A stream that hands out its text a few bytes at a time.
class Dribble : public std::streambuf {
 public:
  explicit Dribble(std::string text) : text_(std::move(text)) {}

 private:
  int_type underflow() override {
    if (at_ == text_.size()) return traits_type::eof();
    const std::size_t length = std::min<std::size_t>(1 + at_ % 7, text_.size() - at_);
    setg(text_.data() + at_, text_.data() + at_, text_.data() + at_ + length);
    at_ += length;
    return traits_type::to_int_type(*gptr());
  }

  std::string text_;
  std::size_t at_ = 0;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::istringstream whole(text);
  std::size_t seen = 0, last_line = 0;
  const tessera::RunRecord run = tessera::read_log(whole, "fuzz", [&](const tessera::LogEntry& entry) {
    require(entry.line > last_line);
    last_line = entry.line;
    ++seen;
  });
  require(seen + run.malformed_lines <= run.entry_lines);
  std::size_t counted = 0;
  for (const tessera::LogKeyName& key : tessera::kLogKeyNames) counted += run.of(key.key).count;
  require(counted == seen);

  Dribble dribble(text);
  std::istream slow(&dribble);
  const tessera::RunRecord again = tessera::read_log(slow, "fuzz");
  require(again.entry_lines == run.entry_lines && again.malformed_lines == run.malformed_lines);
  return 0;
}
