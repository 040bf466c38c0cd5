#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>

namespace tessera {

/// The bytes of a regular file in order; where it is compressed by gzip, which its first bytes tell, those it
/// was made of, its checksums verified. Holds half a mebibyte or so whatever the file's size.
/// All throw InputError, naming the file, where it can't be read, is cut short or damaged.
class ByteStream {
 public:
  explicit ByteStream(const std::filesystem::path& path);
  ~ByteStream();
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  const std::filesystem::path& path() const { return path_; }
  bool compressed() const { return inflate_ != nullptr; }
  /// Fills `into`, but for what lies past the end of the file; returns how much it filled.
  std::size_t read(std::span<std::byte> into);
  void skip(std::uint64_t bytes);

 private:
  struct Inflate;
  bool refill();  // false at the end of the file
  std::size_t copy(std::span<std::byte> into);
  std::size_t inflate(std::span<std::byte> into);

  std::filesystem::path path_;
  std::ifstream file_;
  std::unique_ptr<std::byte[]> buffer_;
  std::span<const std::byte> unread_;  // of the buffer
  std::unique_ptr<Inflate> inflate_;   // null: the file isn't compressed
};

}  // namespace tessera
