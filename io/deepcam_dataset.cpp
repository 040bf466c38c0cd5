#include "io/deepcam_dataset.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "io/deepcam_sample.hpp"
#include "io/sample_files.hpp"
#include "models/error.hpp"

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
    std::copy(first, first + run, to);
  }
}

template <class From>
void fill(const From* from, const Box& held, TensorView into) {
  const auto& [n, c, box, element] = into.layout;
  if (element == Element::F64)
    copy_part(from, held, c, into.data<double>(), box);
  else
    copy_part(from, held, c, into.data<float>(), box);
}

}  // namespace

DeepcamDataset::DeepcamDataset(const std::filesystem::path& folder, DeepcamDatasetOptions options)
    : options_((check_options(options), std::move(options))),
      samples_(sample_files(folder, options_.samples)),
      stored_(samples_.box.value_or(Box::whole(options_.space))),
      held_(options_.part.value_or(Box::whole(options_.space))),
      kept_(samples_.files.size()) {
  const DeepcamStatistics statistics = read_deepcam_statistics(folder);
  for (const int channel : options_.channels) {
    check_range(statistics, channel, folder);
    const auto c = static_cast<std::size_t>(channel);
    shift_.push_back(statistics.minimum[c]);
    factor_.push_back(1 / (statistics.maximum[c] - statistics.minimum[c]));
  }
  const std::size_t pixel_bytes = options_.channels.size() * sizeof(float) + 1;
  keep_ =
      samples_.files.size() <= options_.cache_bytes / (static_cast<std::size_t>(held_.count()) * pixel_bytes);
}

// Opens a sample, checks its form, calls read(file) and counts the bytes. Under the mutex.
template <class Read>
void DeepcamDataset::with_file(std::int64_t sample, Read&& read) const {
  const Hdf5File file(samples_.files[static_cast<std::size_t>(sample)]);
  check_deepcam_form(file, stored_.extents());
  read(file);
  bytes_read_ += file.bytes_read();
}

void DeepcamDataset::check_first_sample() const {
  const std::lock_guard lock(mutex_);
  if (kept(options_.first_sample, held_) != nullptr) return;
  with_file(options_.first_sample, [&](const Hdf5File& file) {
    read_scaled(file, held_, input_);
    read_labels(file, within(stored_, held_), labels_);
  });
}

void DeepcamDataset::scale(std::span<const float> fields, const std::filesystem::path& path, const Box& box,
                           std::span<float> into) const {
  const std::size_t channels = options_.channels.size(), pixels = fields.size() / kDeepcamChannels;
  float* out = into.data();
  for (std::size_t pixel = 0; pixel < pixels; ++pixel)
    for (std::size_t c = 0; c < channels; ++c, ++out) {
      const int channel = options_.channels[c];
      const float value = fields[pixel * kDeepcamChannels + static_cast<std::size_t>(channel)];
      if (!std::isfinite(value)) {
        const auto at = static_cast<std::int64_t>(pixel);
        throw InputError(
            fmt::format("'climate/data' is no number ({}) in channel {} ({}) at row {}, column {}", value,
                        channel, kDeepcamChannelNames[static_cast<std::size_t>(channel)],
                        box.h.begin + at / box.w.size(), box.w.begin + at % box.w.size()),
            path.string(), "remove this file, or generate or copy the data set again");
      }
      *out = factor_[c] * (value - shift_[c]);
    }
}

void DeepcamDataset::read_scaled(const Hdf5File& file, const Box& box, std::vector<float>& into) const {
  fields_.resize(static_cast<std::size_t>(box.count()) * kDeepcamChannels);
  into.resize(static_cast<std::size_t>(box.count()) * options_.channels.size());
  read_deepcam_fields(file, within(stored_, box), fields_);
  scale(fields_, file.path(), box, into);
}

// The sample as kept, read first where need be; null where it isn't kept or the box isn't in what is.
const DeepcamDataset::Kept* DeepcamDataset::kept(std::int64_t sample, const Box& box) const {
  if (!keep_ || !held_.contains(box)) return nullptr;
  Kept& kept = kept_[static_cast<std::size_t>(sample)];
  if (kept.input.empty())
    with_file(sample, [&](const Hdf5File& file) {
      Kept fresh;
      read_scaled(file, held_, fresh.input);
      read_labels(file, within(stored_, held_), fresh.labels);
      kept = std::move(fresh);  // only what passed the checks is kept
    });
  return &kept;
}

void DeepcamDataset::read_input(std::int64_t sample, int /*epoch*/, TensorView into) const {
  const Box& box = into.layout.box;
  assert(into.layout.c == static_cast<std::int64_t>(options_.channels.size()));
  const std::lock_guard lock(mutex_);
  if (const Kept* in_memory = kept(sample, box)) return fill(in_memory->input.data(), held_, into);
  with_file(sample, [&](const Hdf5File& file) { read_scaled(file, box, input_); });
  fill(input_.data(), box, into);
}

void DeepcamDataset::read_target(std::int64_t sample, TensorView into) const {
  const Box& box = into.layout.box;
  assert(into.layout.c == 1);
  const std::lock_guard lock(mutex_);
  if (const Kept* in_memory = kept(sample, box)) return fill(in_memory->labels.data(), held_, into);
  with_file(sample, [&](const Hdf5File& file) { read_labels(file, within(stored_, box), labels_); });
  fill(labels_.data(), box, into);
}

std::uint64_t DeepcamDataset::bytes_read() const {
  const std::lock_guard lock(mutex_);
  return bytes_read_;
}

}  // namespace tessera
