#include "results/log/log_lines.hpp"

#include <algorithm>
#include <istream>
#include <string_view>

#include "results/log/ml_log.hpp"

namespace tessera {

namespace {

/// Where the last token of a line begins. Searched forwards, as most lines begin with their only token.
std::size_t find_last_token(std::string_view line) {
  std::size_t last = std::string_view::npos;
  for (std::size_t at = line.find(kLogToken); at != std::string_view::npos;
       at = line.find(kLogToken, at + 1)) {
    last = at;
  }
  return last;
}

}  // namespace

LogLines::LogLines(std::istream& in) : in_(in), chunk_(std::size_t{1} << 18) {}

bool LogLines::next(EntryLine& line) {
  while (next_line()) {
    const std::size_t token = find_last_token(line_);
    if (token == std::string::npos && !cut_off_) continue;
    line.number = number_;
    line.text.assign(line_, token == std::string::npos ? line_.size() : token + kLogToken.size());
    line.too_long = token == std::string::npos || line.text.size() > kLongestEntry;
    return true;
  }
  return false;
}

bool LogLines::next_line() {
  line_.clear();
  cut_off_ = false;
  if (!fill()) return false;
  ++number_;
  do {
    const std::string_view unread(chunk_.data() + at_, size_ - at_);
    const auto end =
        std::find_if(unread.begin(), unread.end(), [](char c) { return c == '\n' || c == '\r'; });
    const std::string_view part(unread.begin(), end);
    line_ += part;
    at_ += part.size();
    if (at_ < size_) {
      skip_end_of_line();
      return true;
    }
    if (line_.size() > kLongestEntry) shorten();
  } while (fill());
  return true;
}

/// Drops what can't belong to the last entry of the line any more; a token that the cut splits stays whole.
void LogLines::shorten() {
  const std::size_t token = find_last_token(line_);
  if (token != std::string::npos && token > 0) {
    line_.erase(0, token);
    cut_off_ = false;
  }
  if (token == std::string::npos || line_.size() > kLongestEntry) {
    cut_off_ = cut_off_ || token != std::string::npos;
    line_.erase(0, line_.size() - (kLogToken.size() - 1));
  }
}

void LogLines::skip_end_of_line() {
  const bool carriage_return = chunk_[at_++] == '\r';
  if (carriage_return && fill() && chunk_[at_] == '\n') ++at_;
}

/// Sees to it that a byte is left to read; false at the end of the stream.
bool LogLines::fill() {
  if (at_ < size_) return true;
  in_.read(chunk_.data(), static_cast<std::streamsize>(chunk_.size()));
  at_ = 0;
  size_ = static_cast<std::size_t>(in_.gcount());
  return size_ > 0;
}

}  // namespace tessera
