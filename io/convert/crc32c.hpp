#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tessera {

/// CRC-32C (Castagnoli), as iSCSI and TFRecords have it.
std::uint32_t crc32c(std::span<const std::byte> bytes);

}  // namespace tessera
