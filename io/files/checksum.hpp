#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace tessera {

/// XXH3, 64 bits (xxhash.com): tells files apart, no protection against forgery.
std::uint64_t checksum(std::span<const std::byte> bytes);
/// The same of bytes that come in pieces.
class RunningChecksum {
 public:
  RunningChecksum();
  ~RunningChecksum();
  RunningChecksum(const RunningChecksum&) = delete;
  RunningChecksum& operator=(const RunningChecksum&) = delete;
  void add(std::span<const std::byte> bytes);
  std::uint64_t value() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};
/// The same of a file's bytes. Throws InputError where it can't be read.
std::uint64_t checksum_of_file(const std::filesystem::path& path);
/// 16 hexadecimal digits, as `xxhsum -H3` prints them.
std::string checksum_text(std::uint64_t checksum);
/// The other way; throws std::invalid_argument where the text is no such number.
std::uint64_t checksum_of_text(const std::string& text);

}  // namespace tessera
