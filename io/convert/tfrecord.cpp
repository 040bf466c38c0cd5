#include "io/convert/tfrecord.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "io/convert/crc32c.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are taken from files as they stand there");

constexpr std::size_t kLengthBytes = sizeof(std::uint64_t), kChecksumBytes = sizeof(std::uint32_t);

// TensorFlow's masking, for records that themselves hold checksums.
bool is_masked_checksum(std::span<const std::byte> stored, std::span<const std::byte> of) {
  constexpr std::uint32_t kMaskDelta = 0xA282EAD8;
  std::uint32_t found = 0;
  std::memcpy(&found, stored.data(), kChecksumBytes);
  return found == std::rotr(crc32c(of), 15) + kMaskDelta;
}

}  // namespace

bool begins_tfrecord(std::span<const std::byte, 12> bytes) {
  return is_masked_checksum(bytes.last(kChecksumBytes), bytes.first(kLengthBytes));
}

std::string TfRecordReader::where() const {
  return fmt::format("{}, record {}", stream_.path().string(), record_);
}

void TfRecordReader::fail(const std::string& problem) const {
  throw InputError(problem, where(), "copy the file again, or leave it out");
}

std::optional<std::span<const std::byte>> TfRecordReader::next() {
  ++record_;
  std::array<std::byte, kLengthBytes + kChecksumBytes> header{};
  const std::size_t read = stream_.read(header);
  if (read == 0) return std::nullopt;
  if (read < header.size()) fail("a TFRecord is cut short within its length");
  if (!begins_tfrecord(header))
    fail("the length of a TFRecord has another checksum: the file is damaged, or is none of TFRecords");
  std::uint64_t length = 0;
  std::memcpy(&length, header.data(), kLengthBytes);
  fill(length);
  std::array<std::byte, kChecksumBytes> checksum{};
  if (stream_.read(checksum) < checksum.size()) fail("a TFRecord is cut short within its checksum");
  if (!is_masked_checksum(checksum, bytes_)) fail("the bytes of a TFRecord have another checksum");
  return bytes_;
}

// Piece by piece, so that a length that is wrong takes no more memory than the file has bytes.
void TfRecordReader::fill(std::uint64_t bytes) {
  constexpr std::uint64_t kPiece = std::uint64_t{1} << 24;
  bytes_.clear();
  while (bytes_.size() < bytes) {
    const std::size_t before = bytes_.size();
    const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, bytes - before));
    bytes_.resize(before + piece);
    if (stream_.read(std::span(bytes_).last(piece)) < piece)
      fail(fmt::format("a TFRecord is cut short: it has {} bytes by its own account", bytes));
  }
}

}  // namespace tessera
