#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace tessera {

/// A file's bytes by their place. Throws InputError where it can't be read.
class PlainFile {
 public:
  explicit PlainFile(const std::filesystem::path& path);
  ~PlainFile();
  PlainFile(const PlainFile&) = delete;
  PlainFile& operator=(const PlainFile&) = delete;

  std::uint64_t bytes() const;
  /// All of `into`, from `offset` on.
  void read(std::uint64_t offset, std::span<std::byte> into) const;

 private:
  [[noreturn]] void fail() const;
  std::filesystem::path path_;
  int descriptor_;
};

}  // namespace tessera
