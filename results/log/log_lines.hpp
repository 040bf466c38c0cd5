#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

namespace tessera {

/// The longest entry that is read, in bytes. Real ones have some hundreds.
inline constexpr std::size_t kLongestEntry = std::size_t{1} << 20;

/// A line that holds at least one log token.
struct EntryLine {
  std::size_t number = 0;  // of the line, from 1
  std::string text;        // what follows the last token, as the bytes of the file
  bool too_long = false;   // longer than kLongestEntry: text may be lacking
};

/// Takes a stream of bytes apart into the lines that hold a log entry, in bounded memory: a line ends at
/// "\n", "\r\n" or a lone "\r", the last one may lack its end, and lines without the token are passed over.
class LogLines {
 public:
  explicit LogLines(std::istream& in);
  /// The next line with an entry; false at the end of the stream.
  bool next(EntryLine& line);

 private:
  bool fill();
  bool next_line();
  void shorten();
  void skip_end_of_line();

  std::istream& in_;
  std::vector<char> chunk_;
  std::size_t at_ = 0, size_ = 0;  // the unread part of the chunk
  std::size_t number_ = 0;
  std::string line_;      // what is kept of the line being read
  bool cut_off_ = false;  // the last entry of the line was too long to keep
};

}  // namespace tessera
