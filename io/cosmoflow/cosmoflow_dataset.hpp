#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "io/cosmoflow/augmentation.hpp"
#include "io/cosmoflow/cosmoflow_sample.hpp"
#include "io/cosmoflow/count_transform.hpp"
#include "io/cosmoflow/cube_symmetry.hpp"
#include "io/dataset/dataset.hpp"
#include "io/dataset/sample_files.hpp"
#include "io/files/scratch_pool.hpp"

namespace tessera {

struct CosmoflowDatasetOptions {
  Extents space{128, 128, 128};
  int channels = 4;
  std::int64_t first_sample = 0;    // of those that this process reads
  ChannelStatistics standardize{};  // of log(1 + x), from the manifest; empty: don't
  Augmentation augmentation = Augmentation::None;
  /// The one box of each sample that this process reads; nullopt: any.
  std::optional<Box> part = std::nullopt;
  std::array<bool, 3> split_axes{false, false, false};  // D H W: axes along which processes share a sample
  std::uint64_t seed = 0;                               // of the augmentation
  std::size_t cache_bytes = std::size_t{1} << 30;
};

/// CosmoFlow's samples, one a file; see cosmoflow_sample.hpp.
/// Of each sample only what is wanted is read. Where that is one part of the file whatever the epoch, and the
/// parts of all samples fit the cache, they are kept in memory as int16, so that every file is read once.
/// Else they are read each time; so are parts that augmentation moves about the whole sample.
class CosmoflowDataset final : public Dataset {
 public:
  /// Opens no sample. Throws InputError where the options contradict each other, or the files don't hold what
  /// they say is read.
  CosmoflowDataset(SampleFiles files, CosmoflowDatasetOptions options);

  /// Reads options.first_sample, so that a wrong data set is found before training sets out. Apart from the
  /// constructor because MLPerf's rules want no sample opened before run_start.
  void check_first_sample() const override;

  std::int64_t size() const override { return files_.size(); }
  std::filesystem::path file(std::int64_t sample) const override { return files_[sample]; }
  void read_input(std::int64_t sample, int epoch, TensorView into) const override;
  void read_target(std::int64_t sample, TensorView into) const override;
  std::uint64_t bytes_read() const override;

 private:
  CountsView counts(std::int64_t sample, const Box& box, std::vector<std::int16_t>& scratch) const;
  CosmoflowTarget target(std::int64_t sample) const;
  CubeSymmetry symmetry(std::int64_t sample, int epoch) const;

  CosmoflowDatasetOptions options_;
  CountTransform transform_;
  SampleFiles files_;
  Box stored_;        // of each sample, in its file
  Box held_;          // of the files, whatever the epoch
  bool keep_counts_;  // of that box

  mutable ScratchPool<std::int16_t> scratch_;
  mutable std::mutex mutex_;  // of what follows; counts that are kept stay as they are
  mutable std::unordered_map<std::int64_t, std::vector<std::int16_t>> kept_;  // by sample
  mutable std::vector<std::optional<CosmoflowTarget>> targets_;               // those read so far, by sample
  mutable std::uint64_t bytes_read_ = 0;
};

}  // namespace tessera
