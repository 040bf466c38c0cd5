#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "io/dataset/dataset.hpp"
#include "io/dataset/sample_files.hpp"
#include "io/deepcam/deepcam_statistics.hpp"
#include "io/files/scratch_pool.hpp"

namespace tessera {

class Hdf5File;

struct DeepcamDatasetOptions {
  Extents space{1, 768, 1152};
  std::vector<int> channels{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};  // the input's, in order
  std::int64_t first_sample = 0;  // of those that this process reads
  /// The one box of each sample, margins included, that this process reads; nullopt: any.
  std::optional<Box> part = std::nullopt;
  std::size_t cache_bytes = std::size_t{1} << 30;
};

/// DeepCAM's samples, one a file; see deepcam_sample.hpp. The input is (x - min) / (max - min) by channel, of
/// the ranges in stats.h5; the target has one channel, the class of each pixel as a number 0, 1 or 2. Of each
/// sample only the wanted box is read. Where those of all samples fit the cache, they are kept in memory,
/// scaled, so that every file is read once.
class DeepcamDataset final : public Dataset {
 public:
  /// Reads the stats.h5 of the files' folder and opens no sample. Throws InputError where it is missing, the
  /// options can't be served, or a channel has no range.
  DeepcamDataset(SampleFiles files, DeepcamDatasetOptions options);

  /// Reads options.first_sample, so that a wrong data set is found before training sets out. Apart from the
  /// constructor because MLPerf's rules want no sample opened before run_start.
  void check_first_sample() const override;

  std::int64_t size() const override { return files_.size(); }
  std::filesystem::path file(std::int64_t sample) const override { return files_[sample]; }
  void read_input(std::int64_t sample, int epoch, TensorView into) const override;
  void read_target(std::int64_t sample, TensorView into) const override;
  std::uint64_t bytes_read() const override;

 private:
  struct Kept {  // of held_
    std::vector<float> input;
    std::vector<std::uint8_t> labels;
  };
  template <class Read>
  void with_file(std::int64_t sample, Read&& read) const;
  const Kept* kept(std::int64_t sample, const Box& box) const;
  template <class T>
  void read_scaled(const Hdf5File& file, const Box& box, T* into) const;
  [[noreturn]] void throw_not_finite(std::span<const float> fields, const std::filesystem::path& path,
                                     const Box& box) const;

  DeepcamDatasetOptions options_;
  SampleFiles files_;
  Box stored_;                         // of each sample, in its file
  std::vector<float> shift_, factor_;  // by input channel
  Box held_;                           // of each sample, where samples are kept
  bool keep_;

  mutable ScratchPool<float> fields_;
  mutable ScratchPool<std::uint8_t> labels_;
  mutable std::mutex mutex_;  // of what follows; samples that are kept stay as they are
  mutable std::unordered_map<std::int64_t, Kept> kept_;  // by sample
  mutable std::uint64_t bytes_read_ = 0;
};

}  // namespace tessera
