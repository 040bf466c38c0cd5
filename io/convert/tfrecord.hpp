#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/convert/byte_stream.hpp"

namespace tessera {

/// The records of a TFRecord file, compressed by gzip or not, in order. A record is its length (8 bytes, the
/// lowest first), the masked CRC-32C of that (4 bytes), its bytes, and the masked CRC-32C of those.
class TfRecordReader {
 public:
  /// Throws InputError where the file can't be read, as next().
  explicit TfRecordReader(const std::filesystem::path& path) : stream_(path) {}

  /// The bytes of the next record, valid until the next call; nullopt at the end. Throws InputError, naming
  /// file and record, where the file is cut short or a checksum is wrong.
  std::optional<std::span<const std::byte>> next();
  /// "FILE, record N" of what next() gave last, from 0; for messages.
  std::string where() const;
  bool compressed() const { return stream_.compressed(); }

 private:
  void fill(std::uint64_t bytes);
  [[noreturn]] void fail(const std::string& problem) const;

  ByteStream stream_;
  std::int64_t record_ = -1;
  std::vector<std::byte> bytes_;
};

/// Whether these bytes, a file's first twelve, begin a TFRecord file: they hold the right checksum.
bool begins_tfrecord(std::span<const std::byte, 12> bytes);

}  // namespace tessera
