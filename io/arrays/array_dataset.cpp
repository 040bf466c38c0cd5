#include "io/arrays/array_dataset.hpp"

#include <algorithm>
#include <cassert>
#include <string>
#include <utility>

#include "io/arrays/array_values.hpp"
#include "models/base/error.hpp"

namespace tessera {

struct ArrayDataset::Index {
  std::string element;  // of x, in all files
  bool keep = false;    // samples, in memory
  /// By pack the number of its first sample, and the end of the last; empty: one sample a file.
  std::vector<std::int64_t> firsts{};
};

struct ArrayDataset::Values {
  std::vector<std::byte> x;  // as they are stored
  std::vector<float> y;
};

struct ArrayDataset::Place {
  std::int64_t file, row;  // of its first axis, in a pack
};

namespace {

constexpr Box kPoint{{0, 1}, {0, 1}, {0, 1}};  // of a target that isn't over space

void check_array_options(const ArrayDatasetOptions& options) {
  const Extents& space = options.space;
  if (std::min({space.d, space.h, space.w}) < 1 || options.channels < 1)
    throw InputError(
        fmt::format("samples of {}x{}x{} cells and {} channels", space.d, space.h, space.w, options.channels),
        "the configured sample shape", "give at least one cell an axis and one channel");
}

/// Of channel c, where there is one value, or one of each.
double value_of(const std::vector<double>& values, std::size_t c, double otherwise) {
  if (values.empty()) return otherwise;
  return values.size() == 1 ? values[0] : values[c];
}

void check_scaling(const ArrayScaling& scaling, std::int64_t channels) {
  constexpr const char* kWhere = "the scaling of samples";
  for (const std::vector<double>* values : {&scaling.mean, &scaling.deviation})
    if (values->size() > 1 && values->size() != static_cast<std::size_t>(channels))
      throw InputError(
          fmt::format("{} values of a mean or standard deviation for {} channels", values->size(), channels),
          kWhere, "give one, or one a channel");
  if (!(scaling.divide_by != 0) || std::ranges::find(scaling.deviation, 0) != scaling.deviation.end())
    throw InputError("samples are to be divided by 0", kWhere, "give another number");
}

/// Copies a box of what is held, dense both, C numbers a cell; convert(number, channel).
template <class From, class To, class Convert>
void copy_cells(const From* from, const Box& held, const Box& wanted, std::int64_t channels, To* to,
                const Convert& convert) {
  for (std::int64_t d = wanted.d.begin; d < wanted.d.end; ++d)
    for (std::int64_t h = wanted.h.begin; h < wanted.h.end; ++h) {
      const std::int64_t row = (d - held.d.begin) * held.h.size() + h - held.h.begin;
      const From* cell = from + (row * held.w.size() + wanted.w.begin - held.w.begin) * channels;
      for (std::int64_t w = 0; w < wanted.w.size(); ++w, cell += channels, to += channels)
        for (std::int64_t c = 0; c < channels; ++c) to[c] = convert(cell[c], c);
    }
}

}  // namespace

ArrayDataset::ArrayDataset(SampleFiles files, ArrayDatasetOptions options)
    : options_((check_array_options(options), std::move(options))),
      files_(std::move(files)),
      stored_(files_.box.value_or(Box::whole(options_.space))),
      held_(options_.part.value_or(Box::whole(options_.space))) {
  const ArrayScaling& scaling = options_.scaling;
  check_scaling(scaling, options_.channels);
  for (std::size_t c = 0; c < static_cast<std::size_t>(options_.channels); ++c) {
    shift_.push_back(static_cast<float>(value_of(scaling.mean, c, 0) * scaling.divide_by));
    factor_.push_back(static_cast<float>(1 / (value_of(scaling.deviation, c, 1) * scaling.divide_by)));
  }
  if (files_.size() == 0) first_samples(files_, options_.samples);  // throws
  if (!stored_.contains(held_))
    throw InputError(fmt::format("the files hold the box {} of each sample, and {} is read",
                                 to_string(stored_), to_string(held_)),
                     files_.folder.string(), "stage by another plan than slab");
}

ArrayDataset::~ArrayDataset() = default;

ArrayForm ArrayDataset::form_of(const Hdf5File& file) const {
  ArrayForm form = array_form(file, stored_.extents(), options_.channels);
  check_array_target(file, form, options_.target);
  return form;
}

ArrayDataset::Index ArrayDataset::make_index() const {
  Index index;
  const ArrayForm first = form_of(Hdf5File(files_[0]));
  index.element = first.element;
  std::size_t element_bytes = 0;
  with_array_element(first.element, [&](auto element) { element_bytes = sizeof(element); });
  const Box& target_box = has_map() ? held_ : kPoint;
  const auto sample_bytes =
      static_cast<std::size_t>(held_.count() * options_.channels) * element_bytes +
      static_cast<std::size_t>(target_box.count() * options_.target.channels) * sizeof(float);
  index.keep = static_cast<std::size_t>(options_.samples) <= options_.cache_bytes / sample_bytes;
  if (!first.packed) {
    first_samples(files_, options_.samples);  // throws where there are fewer
    return index;
  }
  index.firsts = {0};
  for (std::int64_t pack = 0; pack < files_.size() && index.firsts.back() < options_.samples; ++pack) {
    const Hdf5File file(files_[pack]);
    const ArrayForm form = form_of(file);
    if (!form.packed || form.element != first.element)
      throw InputError(fmt::format("this file holds {} of {}, where the first holds a pack of {}",
                                   form.packed ? "a pack" : "one sample", form.element, first.element),
                       file.path().string(), "write all files of a data set alike");
    index.firsts.push_back(index.firsts.back() + form.samples);
  }
  if (index.firsts.back() < options_.samples)
    throw InputError(fmt::format("{} samples are asked for, {} are there, in {} packs", options_.samples,
                                 index.firsts.back(), files_.size()),
                     files_.folder.string(), "ask for fewer samples or generate more");
  index.firsts.back() = options_.samples;
  return index;
}

// Two threads may make it at once; they make the same.
const ArrayDataset::Index& ArrayDataset::index() const {
  {
    const std::lock_guard lock(mutex_);
    if (index_) return *index_;
  }
  auto made = std::make_unique<const Index>(make_index());
  const std::lock_guard lock(mutex_);
  if (!index_) index_ = std::move(made);
  return *index_;
}

ArrayDataset::Place ArrayDataset::place_of(std::int64_t sample) const {
  const std::vector<std::int64_t>& firsts = index().firsts;
  if (firsts.empty()) return {sample, 0};
  const auto next = std::ranges::upper_bound(firsts, sample);
  return {next - firsts.begin() - 1, sample - *(next - 1)};
}

std::filesystem::path ArrayDataset::file(std::int64_t sample) const {
  std::unique_lock lock(mutex_);
  const bool known = index_ != nullptr;
  lock.unlock();
  if (known) return files_[place_of(sample).file];
  return files_[files_.size() < options_.samples ? sample * files_.size() / options_.samples : sample];
}

void ArrayDataset::check_first_sample() const {
  const Place place = place_of(options_.first_sample);
  if (kept(place.file, held_) != nullptr) return;
  ScratchPool<Values>::Loan values(scratch_);
  (*values).resize(1);
  read(place.file, {place.row, place.row + 1}, &held_, &held_, (*values)[0]);
}

// Of each array the box that is wanted, if any.
void ArrayDataset::read(std::int64_t number, const Interval& rows, const Box* input, const Box* target,
                        Values& into) const {
  const Hdf5File file(files_[number]);
  const ArrayForm form = form_of(file);
  if (form.element != index().element)
    throw InputError(
        fmt::format("'x' is of {}, where that of the first file is of {}", form.element, index().element),
        file.path().string(), "write all files of a data set alike");
  if (input != nullptr) read_array_input(file, form, rows, within(stored_, *input), into.x);
  if (target != nullptr && options_.target.kind != ArrayTarget::Kind::Input)
    read_array_target(file, form, options_.target, rows, within(stored_, *target), into.y);
  const std::lock_guard lock(mutex_);
  bytes_read_ += file.bytes_read();
}

// A file's samples as kept, read first where need be; null where they aren't kept or the box isn't in what
// is. Two threads that want the same sample at once both read it, but not a pack, which may be large.
const ArrayDataset::Values* ArrayDataset::kept(std::int64_t file, const Box& box) const {
  const Index& index = this->index();
  if (!index.keep || !held_.contains(box)) return nullptr;
  const auto find = [&]() -> const Values* {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(file);
    return found == kept_.end() ? nullptr : found->second.get();
  };
  if (const Values* found = find()) return found;
  std::unique_lock<std::mutex> reading;
  Interval rows{0, 1};
  if (!index.firsts.empty()) {
    reading = std::unique_lock(packs_);
    if (const Values* found = find()) return found;
    const auto pack = static_cast<std::size_t>(file);
    rows.end = index.firsts[pack + 1] - index.firsts[pack];
  }
  auto fresh = std::make_unique<Values>();
  read(file, rows, &held_, &held_, *fresh);
  const std::lock_guard lock(mutex_);
  return kept_.try_emplace(file, std::move(fresh))
      .first->second.get();  // only what passed the checks is kept
}

void ArrayDataset::read_input(std::int64_t sample, int /*epoch*/, TensorView into) const {
  const Layout& layout = into.layout;
  assert(layout.c == options_.channels);
  const auto [file, row] = place_of(sample);
  const auto fill = [&](const Values& values, const Box& held, std::int64_t at) {
    with_array_element(index().element, [&]<class T>(T) {
      const T* from = reinterpret_cast<const T*>(values.x.data()) + at * held.count() * layout.c;
      with_element(layout.element, [&]<class To>(To) {
        copy_cells(from, held, layout.box, layout.c, into.data<To>(), [this](T x, std::int64_t c) {
          const auto channel = static_cast<std::size_t>(c);
          return static_cast<To>((static_cast<float>(x) - shift_[channel]) * factor_[channel]);
        });
      });
    });
  };
  if (const Values* values = kept(file, layout.box)) return fill(*values, held_, row);
  ScratchPool<Values>::Loan scratch(scratch_);
  (*scratch).resize(1);
  read(file, {row, row + 1}, &layout.box, nullptr, (*scratch)[0]);
  fill((*scratch)[0], layout.box, 0);
}

void ArrayDataset::read_target(std::int64_t sample, TensorView into) const {
  if (options_.target.kind == ArrayTarget::Kind::Input) return read_input(sample, 0, into);
  const Layout& layout = into.layout;
  assert(layout.c == options_.target.channels);
  const auto [file, row] = place_of(sample);
  const auto fill = [&](const Values& values, const Box& held, std::int64_t at) {
    with_element(layout.element, [&]<class To>(To) {
      copy_cells(values.y.data() + at * held.count() * layout.c, held, layout.box, layout.c, into.data<To>(),
                 [](float y, std::int64_t) { return static_cast<To>(y); });
    });
  };
  const Box& wanted = has_map() ? layout.box : held_;
  if (const Values* values = kept(file, wanted)) return fill(*values, has_map() ? held_ : kPoint, row);
  ScratchPool<Values>::Loan scratch(scratch_);
  (*scratch).resize(1);
  read(file, {row, row + 1}, nullptr, &wanted, (*scratch)[0]);
  fill((*scratch)[0], has_map() ? layout.box : kPoint, 0);
}

std::uint64_t ArrayDataset::bytes_read() const {
  const std::lock_guard lock(mutex_);
  return bytes_read_;
}

}  // namespace tessera
