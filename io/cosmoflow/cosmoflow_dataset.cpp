#include "io/cosmoflow/cosmoflow_dataset.hpp"

#include <algorithm>
#include <cassert>

#include "io/dataset/sample_files.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

void check_options(const CosmoflowDatasetOptions& options) {
  const Extents& space = options.space;
  if (std::min({space.d, space.h, space.w}) < 1 || options.channels < 1 ||
      options.channels > CountTransform::kMostChannels)
    throw InputError(
        fmt::format("samples of {}x{}x{} cells and {} channels", space.d, space.h, space.w, options.channels),
        "the configured sample shape",
        fmt::format("give at least one cell an axis and 1 to {} channels", CountTransform::kMostChannels));
  if (const std::size_t given = options.standardize.mean.size();
      given != 0 && given != static_cast<std::size_t>(options.channels))
    throw InputError(fmt::format("statistics of {} channels for samples of {}", given, options.channels),
                     "the data set's manifest", "make the configured sample shape that of the data");
  if (options.augmentation == Augmentation::None) return;
  // Every symmetry of the draw must map the sample onto itself.
  const auto extents = options.space.axes();
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < a; ++b) {
      const bool kept = options.augmentation == Augmentation::KeepSplitAxes &&
                        (options.split_axes[a] || options.split_axes[b]);
      if (!kept && extents[a] != extents[b])
        throw InputError(
            fmt::format("augmentation exchanges axes, which have {} and {} cells", extents[b], extents[a]),
            "the data settings", "switch augmentation off or use cubes");
    }
}

}  // namespace

CosmoflowDataset::CosmoflowDataset(SampleFiles files, CosmoflowDatasetOptions options)
    : options_((check_options(options), std::move(options))),
      transform_(options_.channels, options_.standardize),
      files_(std::move(files)),
      stored_(files_.box.value_or(Box::whole(options_.space))),
      targets_(static_cast<std::size_t>(files_.size())) {
  const Box whole = Box::whole(options_.space), part = options_.part.value_or(whole);
  const bool moves = options_.augmentation == Augmentation::All && part != whole;
  held_ = moves ? whole : part;
  const auto held_bytes = static_cast<std::size_t>(held_.count() * options_.channels) * sizeof(std::int16_t);
  const bool fits = targets_.size() * held_bytes <= options_.cache_bytes;
  keep_counts_ = fits && !moves;
  if (!stored_.contains(held_))
    throw InputError(fmt::format("the files hold the box {} of each sample, and {} is read",
                                 to_string(stored_), to_string(held_)),
                     files_.folder.string(),
                     "set data.augment to none or keep_split_axes, or stage by another plan than slab");
}

void CosmoflowDataset::check_first_sample() const {
  ScratchPool<std::int16_t>::Loan scratch(scratch_);
  counts(options_.first_sample, {}, *scratch);
}

// Of the box at least; of all that is ever held where that is kept. Two threads that want the same sample at
// once both read it.
CountsView CosmoflowDataset::counts(std::int64_t sample, const Box& box,
                                    std::vector<std::int16_t>& scratch) const {
  {
    const std::lock_guard lock(mutex_);
    if (const auto kept = kept_.find(sample); kept != kept_.end()) return {kept->second.data(), held_};
  }
  const Hdf5File file(files_[sample]);
  check_cosmoflow_form(file, stored_.extents(), options_.channels);
  const CosmoflowTarget target = read_cosmoflow_target(file);
  const Box held = keep_counts_ ? held_ : box;
  std::vector<std::int16_t> fresh;
  std::vector<std::int16_t>& into = keep_counts_ ? fresh : scratch;
  into.resize(static_cast<std::size_t>(held.count() * options_.channels));
  read_cosmoflow_counts(file, within(stored_, held), options_.channels, into);

  const std::lock_guard lock(mutex_);
  bytes_read_ += file.bytes_read();
  targets_[static_cast<std::size_t>(sample)] = target;
  if (!keep_counts_) return {scratch.data(), held};
  const auto kept = kept_.try_emplace(sample, std::move(fresh)).first;  // only what passed the checks is kept
  return {kept->second.data(), held_};
}

CubeSymmetry CosmoflowDataset::symmetry(std::int64_t sample, int epoch) const {
  if (options_.augmentation == Augmentation::None) return {};
  const std::array<bool, 3> none{};
  return draw_symmetry(options_.seed, epoch, sample,
                       options_.augmentation == Augmentation::All ? none : options_.split_axes);
}

void CosmoflowDataset::read_input(std::int64_t sample, int epoch, TensorView into) const {
  const CubeSymmetry seen_through = symmetry(sample, epoch);
  ScratchPool<std::int16_t>::Loan scratch(scratch_);
  const CountsView held = counts(sample, source_box(seen_through, into.layout.box, options_.space), *scratch);
  transform_.apply(held, seen_through, options_.space, into);
}

CosmoflowTarget CosmoflowDataset::target(std::int64_t sample) const {
  const std::optional<CosmoflowTarget>& target = targets_[static_cast<std::size_t>(sample)];
  {
    const std::lock_guard lock(mutex_);
    if (target) return *target;
  }
  ScratchPool<std::int16_t>::Loan scratch(scratch_);
  counts(sample, {}, *scratch);
  const std::lock_guard lock(mutex_);
  return *target;
}

void CosmoflowDataset::read_target(std::int64_t sample, TensorView into) const {
  assert(into.layout.count() == kCosmoflowTargets);
  const CosmoflowTarget answer = target(sample);
  with_wide_element(into.layout.element, [&]<class T>(T) { std::ranges::copy(answer, into.data<T>()); });
}

std::uint64_t CosmoflowDataset::bytes_read() const {
  const std::lock_guard lock(mutex_);
  return bytes_read_;
}

}  // namespace tessera
