#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "io/cosmoflow/cosmoflow_sample.hpp"

namespace tessera {

/// A universe of CosmoFlow's TFRecords: a tf.train.Example of `x`, the bytes of the int16 counts (D,H,W,C),
/// and `y`, four floats. The shape isn't in it.
struct CosmoflowRecord {
  std::vector<std::int16_t> counts;
  CosmoflowTarget target{};
};

/// Throws InputError, naming `where`, where the record is no such universe or its values can't be trained on.
CosmoflowRecord read_cosmoflow_record(std::span<const std::byte> record, const std::string& where);

/// The shape (D,H,W,C) of the universes in a TFRecord file: `given`, or if that is empty a cube of four
/// channels. Throws InputError where its first has another number of counts.
std::vector<std::int64_t> shape_of_records(const std::filesystem::path& path,
                                           const std::vector<std::int64_t>& given);

}  // namespace tessera
