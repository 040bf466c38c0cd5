#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "io/arrays/array_sample.hpp"
#include "io/dataset/dataset.hpp"
#include "io/dataset/sample_files.hpp"
#include "io/files/scratch_pool.hpp"

namespace tessera {

/// What the network is given of a stored x: (x / divide_by - mean) / deviation.
struct ArrayScaling {
  double divide_by = 1;
  std::vector<double> mean{}, deviation{};  // by channel, or one for all; empty: 0 and 1
};

struct ArrayDatasetOptions {
  Extents space{};  // of a sample; d = 1 of images
  std::int64_t channels = 1;
  ArrayTarget target{};
  ArrayScaling scaling{};
  std::int64_t samples = 1;       // the first so many
  std::int64_t first_sample = 0;  // of those that this process reads
  /// The one box of each sample, margins included, that this process reads; nullopt: any.
  std::optional<Box> part = std::nullopt;
  std::size_t cache_bytes = std::size_t{1} << 30;
};

/// Samples of any kind, one a file or in packs; see array_sample.hpp. Of each sample only what is wanted is
/// read. Where the parts of all samples fit the cache, they are kept in memory as they are stored, so that
/// every file is read once: a pack as a whole when the first of its samples is asked for.
class ArrayDataset final : public Dataset {
 public:
  /// Opens no file; so whether these are packs is seen when the first sample is read. Throws InputError where
  /// the options can't be served.
  ArrayDataset(SampleFiles files, ArrayDatasetOptions options);
  ~ArrayDataset() override;

  /// Looks into all packs, or the first file, and reads options.first_sample, so that a wrong data set is
  /// found before training sets out. Apart from the constructor because MLPerf's rules want no sample opened
  /// before run_start.
  void check_first_sample() const override;

  std::int64_t size() const override { return options_.samples; }
  /// Before a sample was read, packs are taken to have equally many.
  std::filesystem::path file(std::int64_t sample) const override;
  void read_input(std::int64_t sample, int epoch, TensorView into) const override;
  /// `into` has the target's channels; its box, where the target is a map or the input, is the wanted one.
  void read_target(std::int64_t sample, TensorView into) const override;
  std::uint64_t bytes_read() const override;

 private:
  struct Index;   // which sample is where
  struct Values;  // of some samples of a file
  struct Place;   // of a sample

  const Index& index() const;
  Index make_index() const;
  Place place_of(std::int64_t sample) const;
  ArrayForm form_of(const Hdf5File& file) const;
  void read(std::int64_t file, const Interval& rows, const Box* input, const Box* target, Values& into) const;
  const Values* kept(std::int64_t file, const Box& box) const;
  bool has_map() const { return options_.target.kind == ArrayTarget::Kind::Map; }

  ArrayDatasetOptions options_;
  SampleFiles files_;
  Box stored_;                         // of each sample, in its file
  Box held_;                           // of each sample, where samples are kept
  std::vector<float> shift_, factor_;  // by channel: (x - shift) * factor

  mutable ScratchPool<Values> scratch_;
  mutable std::mutex packs_;  // held by the one thread that reads a pack to keep it
  mutable std::mutex mutex_;  // of what follows; what is there stays as it is
  mutable std::unique_ptr<const Index> index_;
  mutable std::unordered_map<std::int64_t, std::unique_ptr<const Values>> kept_;  // by file
  mutable std::uint64_t bytes_read_ = 0;
};

}  // namespace tessera
