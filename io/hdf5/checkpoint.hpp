#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "io/hdf5/hdf5.hpp"
#include "models/base/tensor.hpp"

namespace tessera {

/// One tensor of a checkpoint.
struct CheckpointTensor {
  std::vector<std::int64_t> dims;  // outermost first, as the reference framework orders them
  Element element = Element::F32;
  std::span<const std::byte> values;                    // dense
  std::shared_ptr<const std::vector<std::byte>> owner;  // of the values; null where they stay another's
  /// To the bit, wherever the values are.
  friend bool operator==(const CheckpointTensor& a, const CheckpointTensor& b);
};
/// A tensor that keeps its values itself.
CheckpointTensor owning_tensor(std::vector<std::int64_t> dims, Element element,
                               std::vector<std::byte> values);

/// What a checkpoint file holds: data sets by full name ("parameter/conv3d/kernel"), and attributes of the
/// root group. What they mean is the business of who writes them.
struct Checkpoint {
  std::map<std::string, CheckpointTensor> tensors;
  std::map<std::string, Hdf5Attribute> attributes;
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

/// Attributes; InputError, which names `file`, where there is none of that name and kind.
std::int64_t integer_of(const Checkpoint& checkpoint, const std::string& name,
                        const std::filesystem::path& file);
const std::string& text_of(const Checkpoint& checkpoint, const std::string& name,
                           const std::filesystem::path& file);

/// Writes, whole or not at all, an HDF5 file with a user block of 512 bytes, which says what the file is and
/// holds the XXH3-64 of all that follows it:
///
///     Tessera checkpoint
///     xxh3_64 0123456789abcdef
///
/// and zeros. So a changed bit or a missing end is found anywhere, while every HDF5 tool opens the file. No
/// value is copied in memory. Calls moved whenever a tensor was written. Throws as PartialFile does.
void write_checkpoint(
    const std::filesystem::path& path, const Checkpoint& checkpoint,
    const std::function<void()>& moved = [] {});

/// Throws InputError where there is no such file, or it is no checkpoint, or not as it was written.
Checkpoint read_checkpoint(const std::filesystem::path& path);

}  // namespace tessera
