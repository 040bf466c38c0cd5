#include "io/convert/byte_stream.hpp"

#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <vector>

#include "models/base/error.hpp"

namespace tessera {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 18;

void check_readable(const std::filesystem::path& path, bool good) {
  if (good) return;
  const int error = errno;
  throw InputError(
      fmt::format("cannot read a file: {}", error != 0 ? std::strerror(error) : "this is no regular file"),
      path.string(), "name a file that exists and may be read");
}

}  // namespace

/// A gzip file is one compressed stream, or several one after the other.
struct ByteStream::Inflate {
  inflate_state state{};
  bool within_stream = false;

  void begin() {
    isal_inflate_init(&state);
    state.crc_flag = ISAL_GZIP;  // the wrapper is read, its checksum and length are verified
    within_stream = true;
  }
};

ByteStream::ByteStream(const std::filesystem::path& path) : path_(path) {
  std::error_code error;
  errno = 0;
  const bool regular = std::filesystem::is_regular_file(path, error);
  errno = error.value();
  check_readable(path, regular);
  file_.open(path, std::ios::binary);
  check_readable(path, file_.is_open());
  buffer_ = std::make_unique<std::byte[]>(kBufferBytes);
  refill();
  constexpr std::byte kFirst{0x1f}, kSecond{0x8b};
  if (unread_.size() >= 2 && unread_[0] == kFirst && unread_[1] == kSecond)
    inflate_ = std::make_unique<Inflate>();
}

ByteStream::~ByteStream() = default;

bool ByteStream::refill() {
  errno = 0;
  file_.read(reinterpret_cast<char*>(buffer_.get()), kBufferBytes);
  check_readable(path_, !file_.bad());
  unread_ = {buffer_.get(), static_cast<std::size_t>(file_.gcount())};
  return !unread_.empty();
}

std::size_t ByteStream::read(std::span<std::byte> into) {
  std::size_t filled = 0;
  while (filled < into.size()) {
    const auto rest = into.subspan(filled);
    const std::size_t more = inflate_ ? inflate(rest) : copy(rest);
    if (more == 0) break;
    filled += more;
  }
  return filled;
}

void ByteStream::skip(std::uint64_t bytes) {
  std::vector<std::byte> passed(static_cast<std::size_t>(std::min<std::uint64_t>(bytes, kBufferBytes)));
  while (bytes > 0) {
    const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, passed.size()));
    if (read(std::span(passed).first(piece)) < piece) return;
    bytes -= piece;
  }
}

std::size_t ByteStream::copy(std::span<std::byte> into) {
  if (unread_.empty() && !refill()) return 0;
  const std::size_t bytes = std::min(into.size(), unread_.size());
  std::memcpy(into.data(), unread_.data(), bytes);
  unread_ = unread_.subspan(bytes);
  return bytes;
}

// Returns 0 at the end alone: a stream may need several buffers before it yields anything.
std::size_t ByteStream::inflate(std::span<std::byte> into) {
  inflate_state& state = inflate_->state;
  for (;;) {
    if (unread_.empty() && !refill() && !inflate_->within_stream) return 0;
    if (!inflate_->within_stream) inflate_->begin();
    const bool at_end = unread_.empty();
    // The library takes its input as not const, and leaves it as it is.
    state.next_in = const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(unread_.data()));
    state.avail_in = static_cast<std::uint32_t>(unread_.size());
    const auto room = static_cast<std::uint32_t>(
        std::min<std::size_t>(into.size(), std::numeric_limits<std::uint32_t>::max()));
    state.next_out = reinterpret_cast<std::uint8_t*>(into.data());
    state.avail_out = room;
    const int result = isal_inflate(&state);
    unread_ = unread_.last(state.avail_in);
    const auto problem = [&](const char* what) {
      return InputError(fmt::format("a gzip file is {}", what), path_.string(), "copy the file again");
    };
    if (result < 0 || result == ISAL_NEED_DICT) throw problem("damaged");
    if (state.block_state == ISAL_BLOCK_FINISH) inflate_->within_stream = false;
    if (const std::size_t made = room - state.avail_out; made > 0) return made;
    if (at_end && inflate_->within_stream) throw problem("cut short");
  }
}

}  // namespace tessera
