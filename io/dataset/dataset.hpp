#pragma once

#include <cstdint>
#include <filesystem>

#include "models/base/tensor.hpp"

namespace tessera {

/// Samples to train or validate on, numbered from 0. Reading may be called from several threads.
/// `into` has n = 1; its box, in global indices of the whole sample, says which part is wanted, and exactly
/// that is filled. Elements F32, BF16, whose values are rounded once, and F64 for the oracle.
class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual std::int64_t size() const = 0;
  /// Where the sample is; empty where samples are in no files.
  virtual std::filesystem::path file(std::int64_t sample) const = 0;
  /// Opens the first sample, so that a wrong data set is found before training sets out. Throws InputError.
  virtual void check_first_sample() const = 0;
  /// The network's input, preprocessed. The epoch selects the draw of augmentation; nothing else depends on
  /// it. Throws InputError naming the file where a sample is bad.
  virtual void read_input(std::int64_t sample, int epoch, TensorView into) const = 0;
  /// What the network should answer.
  virtual void read_target(std::int64_t sample, TensorView into) const = 0;
  /// Bytes of data sets read from files by this process so far; what is kept in memory is read once.
  virtual std::uint64_t bytes_read() const = 0;
};

}  // namespace tessera
