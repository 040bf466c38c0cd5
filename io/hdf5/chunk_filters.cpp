#include "io/hdf5/chunk_filters.hpp"

#include <fmt/format.h>
#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <memory>

namespace tessera {
namespace {

constexpr std::size_t kSumBytes = 4;

// Fletcher's sums of big-endian words of 16 bits, an odd last byte filled up with zero.
std::uint32_t fletcher32(std::span<const std::byte> bytes) {
  std::uint64_t first = 0, second = 0;
  const auto fold = [](std::uint64_t sum) { return (sum & 0xffff) + (sum >> 16); };
  const auto add = [&](std::byte high, std::byte low) {
    first += std::to_integer<std::uint64_t>(high) << 8 | std::to_integer<std::uint64_t>(low);
    second += first;
  };
  constexpr std::size_t kNoOverflow = std::size_t{1} << 20;  // bytes that the sums can take before they fold
  for (std::size_t begin = 0; begin < bytes.size(); begin += kNoOverflow) {
    const std::size_t end = std::min(begin + kNoOverflow, bytes.size());
    for (std::size_t i = begin; i + 1 < end; i += 2) add(bytes[i], bytes[i + 1]);
    if (end % 2 != 0) add(bytes[end - 1], std::byte{0});
    for (int i = 0; i < 4; ++i) first = fold(first), second = fold(second);
  }
  return static_cast<std::uint32_t>(second << 16 | first);
}

// Byte b of every element stands in the b-th part of `from`; what is left over follows as it is.
template <class Unsigned>
void gather_bytes(std::span<const std::byte> from, std::byte* into) {
  static_assert(std::endian::native == std::endian::little);
  const std::size_t elements = from.size() / sizeof(Unsigned);
  for (std::size_t i = 0; i < elements; ++i) {
    Unsigned element = 0;
    for (std::size_t b = 0; b < sizeof(Unsigned); ++b)
      element = static_cast<Unsigned>(element | std::to_integer<Unsigned>(from[b * elements + i]) << (8 * b));
    std::memcpy(into + i * sizeof(Unsigned), &element, sizeof(Unsigned));
  }
  const std::size_t whole = elements * sizeof(Unsigned);
  std::copy(from.begin() + static_cast<std::ptrdiff_t>(whole), from.end(), into + whole);
}

// Without the checksum at their end, which is compared.
std::span<const std::byte> without_checksum(std::span<const std::byte> bytes) {
  if (bytes.size() < kSumBytes) throw BadChunk("it is shorter than its checksum");
  const std::span<const std::byte> content = bytes.first(bytes.size() - kSumBytes);
  std::uint32_t expected = 0;
  std::memcpy(&expected, content.data() + content.size(), kSumBytes);
  if (fletcher32(content) != expected) throw BadChunk("its Fletcher-32 checksum is wrong");
  return content;
}

}  // namespace

void ChunkDecoder::expect(ChunkFilters filters, std::size_t chunk_bytes) {
  filters_ = std::move(filters);
  chunk_bytes_ = chunk_bytes;
  // What was compressed may have had checksums.
  inflated_.resize(chunk_bytes + kSumBytes * filters_.applied.size());
  assert(std::ranges::count(filters_.applied, ChunkFilter::Deflate) <= 1);
}

std::span<const std::byte> ChunkDecoder::inflate(std::span<const std::byte> bytes) {
  const auto state = std::make_unique_for_overwrite<inflate_state>();
  isal_inflate_init(state.get());
  state->crc_flag = ISAL_ZLIB;  // a header and a checksum, which is verified
  // The library doesn't write to its input, whatever the type says.
  state->next_in = reinterpret_cast<std::uint8_t*>(const_cast<std::byte*>(bytes.data()));
  state->avail_in = static_cast<std::uint32_t>(bytes.size());
  state->next_out = reinterpret_cast<std::uint8_t*>(inflated_.data());
  state->avail_out = static_cast<std::uint32_t>(inflated_.size());
  const int failure = isal_inflate(state.get());
  if (failure == ISAL_INCORRECT_CHECKSUM) throw BadChunk("its Adler-32 checksum is wrong");
  if (failure != ISAL_DECOMP_OK) throw BadChunk("it can't be inflated");
  if (state->block_state != ISAL_BLOCK_FINISH)
    throw BadChunk(state->avail_out == 0 ? "it inflates to more than a chunk" : "it is cut short");
  return std::span(inflated_).first(inflated_.size() - state->avail_out);
}

std::span<const std::byte> ChunkDecoder::unshuffle(std::span<const std::byte> bytes) {
  unshuffled_.resize(bytes.size());
  switch (filters_.element_bytes) {
    case 2:
      gather_bytes<std::uint16_t>(bytes, unshuffled_.data());
      return unshuffled_;
    case 4:
      gather_bytes<std::uint32_t>(bytes, unshuffled_.data());
      return unshuffled_;
    case 8:
      gather_bytes<std::uint64_t>(bytes, unshuffled_.data());
      return unshuffled_;
    default:
      assert(filters_.element_bytes == 1);
      return bytes;
  }
}

std::span<const std::byte> ChunkDecoder::decode(std::span<const std::byte> stored, std::uint32_t skipped) {
  std::span<const std::byte> bytes = stored;
  for (std::size_t i = filters_.applied.size(); i-- > 0;) {
    if ((skipped >> i & 1U) != 0) continue;
    switch (filters_.applied[i]) {
      case ChunkFilter::Fletcher32:
        bytes = without_checksum(bytes);
        break;
      case ChunkFilter::Deflate:
        bytes = inflate(bytes);
        break;
      case ChunkFilter::Shuffle:
        bytes = unshuffle(bytes);
    }
  }
  if (bytes.size() != chunk_bytes_)
    throw BadChunk(fmt::format("it has {} bytes and not {}", bytes.size(), chunk_bytes_));
  return bytes;
}

}  // namespace tessera
