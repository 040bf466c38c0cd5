#pragma once

#include <istream>
#include <memory>
#include <streambuf>
#include <string>

namespace tessera {

/// Whether a stream, which stays where it is, begins as files that gzip made do. It must be able to go back.
bool begins_as_gzip(std::istream& in);

/// The text that a gzip file was made of, in bounded memory, with its checksums verified: a buffer to read
/// from by a std::istream. The file's stream must outlive it. It doesn't throw: at what is damaged the text
/// ends, and problem() says what is wrong.
class GzipBuffer : public std::streambuf {
 public:
  explicit GzipBuffer(std::istream& file);
  ~GzipBuffer() override;

  /// "damaged" or "cut short"; empty as long as neither was met.
  const std::string& problem() const { return problem_; }

 protected:
  int_type underflow() override;

 private:
  struct Inflate;
  bool refill();  // false at the end of the file

  std::istream& file_;
  std::unique_ptr<Inflate> inflate_;
  std::string problem_;
};

}  // namespace tessera
