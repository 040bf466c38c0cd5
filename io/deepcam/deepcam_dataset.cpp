#include "io/deepcam/deepcam_dataset.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#include "io/dataset/sample_files.hpp"
#include "io/deepcam/deepcam_sample.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

constexpr std::int64_t kOutputStride = 16;  // the encoder's maps are so many times smaller

void check_options(const DeepcamDatasetOptions& options) {
  const Extents& space = options.space;
  if (space.d != 1 || std::min(space.h, space.w) < 1 || space.h % kOutputStride != 0 ||
      space.w % kOutputStride != 0)
    throw InputError(fmt::format("samples of {} x {} pixels", space.h, space.w),
                     "the configured sample shape", "give a height and a width that are multiples of 16");
  if (options.channels.empty())
    throw InputError("no channel of the data is chosen", "the data settings",
                     "choose one or more of 0 to 15");
  for (const int channel : options.channels)
    if (channel < 0 || channel >= static_cast<int>(kDeepcamChannels))
      throw InputError(fmt::format("there is no channel {}", channel), "the data settings",
                       "choose channels from 0 to 15");
}

void check_range(const DeepcamStatistics& statistics, int channel, const std::filesystem::path& folder) {
  const auto c = static_cast<std::size_t>(channel);
  const float minimum = statistics.minimum[c], maximum = statistics.maximum[c];
  if (!(std::isfinite(minimum) && std::isfinite(maximum) && minimum < maximum))
    throw InputError(fmt::format("stats.h5 has no range for channel {} ({}): from {} to {}", channel,
                                 kDeepcamChannelNames[c], minimum, maximum),
                     folder.string(),
                     "copy the data set's own stats.h5, generate the set again, or leave out this channel");
}

void read_labels(const Hdf5File& file, const Box& box, std::vector<std::uint8_t>& into) {
  into.resize(static_cast<std::size_t>(box.count()));
  read_deepcam_labels(file, box, into);
}

/// Copies from the one box to the other within it, `channels` numbers a pixel.
template <class From, class To>
void copy_part(const From* from, const Box& held, std::int64_t channels, To* to, const Box& wanted) {
  const std::int64_t run = wanted.w.size() * channels;
  for (std::int64_t row = wanted.h.begin; row < wanted.h.end; ++row, to += run) {
    const From* first =
        from + ((row - held.h.begin) * held.w.size() + wanted.w.begin - held.w.begin) * channels;
    std::transform(first, first + run, to, [](From value) { return static_cast<To>(value); });
  }
}

template <class From>
void fill(const From* from, const Box& held, TensorView into) {
  const Layout& layout = into.layout;
  with_element(layout.element,
               [&]<class T>(T) { copy_part(from, held, layout.c, into.data<T>(), layout.box); });
}

}  // namespace

DeepcamDataset::DeepcamDataset(SampleFiles files, DeepcamDatasetOptions options)
    : options_((check_options(options), std::move(options))),
      files_(std::move(files)),
      stored_(files_.box.value_or(Box::whole(options_.space))),
      held_(options_.part.value_or(Box::whole(options_.space))) {
  const DeepcamStatistics statistics = read_deepcam_statistics(files_.folder);
  for (const int channel : options_.channels) {
    check_range(statistics, channel, files_.folder);
    const auto c = static_cast<std::size_t>(channel);
    shift_.push_back(statistics.minimum[c]);
    factor_.push_back(1 / (statistics.maximum[c] - statistics.minimum[c]));
  }
  const std::size_t pixel_bytes = options_.channels.size() * sizeof(float) + 1;
  keep_ = static_cast<std::size_t>(files_.size()) <=
          options_.cache_bytes / (static_cast<std::size_t>(held_.count()) * pixel_bytes);
}

// Opens a sample, checks its form, calls read(file) and counts the bytes.
template <class Read>
void DeepcamDataset::with_file(std::int64_t sample, Read&& read) const {
  const Hdf5File file(files_[sample]);
  check_deepcam_form(file, stored_.extents());
  read(file);
  const std::lock_guard lock(mutex_);
  bytes_read_ += file.bytes_read();
}

void DeepcamDataset::check_first_sample() const {
  if (kept(options_.first_sample, held_) != nullptr) return;
  with_file(options_.first_sample, [&](const Hdf5File& file) {
    std::vector<float> input(static_cast<std::size_t>(held_.count()) * options_.channels.size());
    std::vector<std::uint8_t> labels;
    read_scaled(file, held_, input.data());
    read_labels(file, within(stored_, held_), labels);
  });
}

// The first value of a chosen channel that is none.
void DeepcamDataset::throw_not_finite(std::span<const float> fields, const std::filesystem::path& path,
                                      const Box& box) const {
  for (std::size_t pixel = 0;; ++pixel)
    for (const int channel : options_.channels) {
      const auto c = static_cast<std::size_t>(channel);
      const float value = fields[pixel * kDeepcamChannels + c];
      if (std::isfinite(value)) continue;
      const auto at = static_cast<std::int64_t>(pixel);
      throw InputError(fmt::format("'climate/data' is no number ({}) in channel {} ({}) at row {}, column {}",
                                   value, channel, kDeepcamChannelNames[c], box.h.begin + at / box.w.size(),
                                   box.w.begin + at % box.w.size()),
                       path.string(), "remove this file, or generate or copy the data set again");
    }
}

template <class T>
void DeepcamDataset::read_scaled(const Hdf5File& file, const Box& box, T* into) const {
  ScratchPool<float>::Loan loan(fields_);
  std::vector<float>& fields = *loan;
  fields.resize(static_cast<std::size_t>(box.count()) * kDeepcamChannels);
  read_deepcam_fields(file, within(stored_, box), fields);
  const std::size_t channels = options_.channels.size();
  // 0 as long as all values were finite: others times 0 are NaN. A sum a channel, so that this vectorises.
  std::array<float, kDeepcamChannels> check{};
  const auto* from = fields.data();
  for (std::int64_t pixel = 0; pixel < box.count(); ++pixel, from += kDeepcamChannels, into += channels)
    for (std::size_t c = 0; c < channels; ++c) {
      const float value = from[options_.channels[c]];
      into[c] = static_cast<T>(factor_[c] * (value - shift_[c]));
      check[c] += value * 0;
    }
  if (std::ranges::any_of(check, [](float sum) { return sum != 0; }))
    throw_not_finite(fields, file.path(), box);
}

// The sample as kept, read first where need be; null where it isn't kept or the box isn't in what is. Two
// threads that want the same sample at once both read it.
const DeepcamDataset::Kept* DeepcamDataset::kept(std::int64_t sample, const Box& box) const {
  if (!keep_ || !held_.contains(box)) return nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (const auto kept = kept_.find(sample); kept != kept_.end()) return &kept->second;
  }
  Kept fresh;
  with_file(sample, [&](const Hdf5File& file) {
    fresh.input.resize(static_cast<std::size_t>(held_.count()) * options_.channels.size());
    read_scaled(file, held_, fresh.input.data());
    read_labels(file, within(stored_, held_), fresh.labels);
  });
  const std::lock_guard lock(mutex_);
  return &kept_.try_emplace(sample, std::move(fresh)).first->second;  // only what passed the checks is kept
}

void DeepcamDataset::read_input(std::int64_t sample, int /*epoch*/, TensorView into) const {
  const Box& box = into.layout.box;
  assert(into.layout.c == static_cast<std::int64_t>(options_.channels.size()));
  if (const Kept* in_memory = kept(sample, box)) return fill(in_memory->input.data(), held_, into);
  with_file(sample, [&](const Hdf5File& file) {
    with_element(into.layout.element, [&]<class T>(T) { read_scaled(file, box, into.data<T>()); });
  });
}

void DeepcamDataset::read_target(std::int64_t sample, TensorView into) const {
  const Box& box = into.layout.box;
  assert(into.layout.c == 1);
  if (const Kept* in_memory = kept(sample, box)) return fill(in_memory->labels.data(), held_, into);
  ScratchPool<std::uint8_t>::Loan labels(labels_);
  with_file(sample, [&](const Hdf5File& file) { read_labels(file, within(stored_, box), *labels); });
  fill((*labels).data(), box, into);
}

std::uint64_t DeepcamDataset::bytes_read() const {
  const std::lock_guard lock(mutex_);
  return bytes_read_;
}

}  // namespace tessera
