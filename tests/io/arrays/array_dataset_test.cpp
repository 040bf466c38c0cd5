#include "io/arrays/array_dataset.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <future>
#include <limits>
#include <numeric>

#include "support/all_samples.hpp"
#include "support/chunked_file.hpp"
#include "support/errors.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Shape = std::vector<std::int64_t>;

template <class T>
hid_t memory_type();
template <>
hid_t memory_type<std::uint8_t>() {
  return H5T_NATIVE_UINT8;
}
template <>
hid_t memory_type<std::int16_t>() {
  return H5T_NATIVE_INT16;
}
template <>
hid_t memory_type<float>() {
  return H5T_NATIVE_FLOAT;
}

/// Element i of the x of a sample: different for all that are near each other.
template <class T>
T x_of(std::int64_t sample, std::int64_t i) {
  const std::int64_t value = (i * 7 + sample * 31) % 251;
  if constexpr (std::is_same_v<T, std::uint8_t>) return static_cast<T>(value);
  if constexpr (std::is_same_v<T, std::int16_t>) return static_cast<T>(100 * (value - 125));
  return static_cast<T>(static_cast<double>(value) * 0.37 - 20);
}

float y_of(std::int64_t sample, std::int64_t i) {
  return static_cast<float>((sample * 3 + i) % 5);
}

template <class T>
std::vector<T> ramp(std::int64_t first, std::int64_t samples, std::int64_t elements,
                    T (*value)(std::int64_t, std::int64_t)) {
  std::vector<T> values;
  for (std::int64_t s = first; s < first + samples; ++s)
    for (std::int64_t i = 0; i < elements; ++i) values.push_back(value(s, i));
  return values;
}

std::int64_t count_of(const Shape& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

/// What the files of a data set are.
struct Case {
  std::string name;
  Extents space;
  std::int64_t channels;
  Shape x, y;  // of a sample
  ArrayTarget target;
  bool compressed = false;
};

class ArrayDatasetTest : public testing::Test {
 protected:
  ArrayDatasetTest() { std::filesystem::create_directory(folder_); }

  std::filesystem::path file(std::int64_t number) const { return folder_ / fmt::format("f{}.hdf5", number); }

  /// Samples first to first + count - 1 as a pack, or one alone where there is no count.
  template <class T>
  void write(const Case& c, std::int64_t number, std::int64_t first, std::int64_t count = 0) const {
    const auto form = [&](Shape shape) {
      if (count > 0) shape.insert(shape.begin(), count);
      ChunkedForm stored{.shape = {shape.begin(), shape.end()}, .chunk = {}};
      if (c.compressed && !shape.empty()) {
        for (const std::int64_t extent : shape)
          stored.chunk.push_back((static_cast<hsize_t>(extent) + 1) / 2);
        stored.shuffle = true;
        stored.deflate = 1;
      }
      return stored;
    };
    ChunkedFile hdf5(file(number));
    const std::int64_t samples = std::max<std::int64_t>(count, 1);
    hdf5.add("x", memory_type<T>(), form(c.x), ramp<T>(first, samples, count_of(c.x), x_of<T>));
    hdf5.add("y", H5T_NATIVE_FLOAT, form(c.y), ramp<float>(first, samples, count_of(c.y), y_of));
  }
  void empty_folder() const {
    for (int number = 0; number < 16; ++number) std::filesystem::remove(file(number));
  }

  ArrayDataset open(const Case& c, std::int64_t samples) const {
    ArrayDatasetOptions options = options_;
    options.space = c.space;
    options.channels = c.channels;
    options.target = c.target;
    options.samples = samples;
    return {all_samples(folder_), options};
  }

  /// Every element of a box of every sample is what was written.
  template <class T>
  void expect_box(const ArrayDataset& dataset, const Case& c, const Box& box, const std::string& what) const {
    Tensor input({1, c.channels, box}), target({1, c.target.channels, target_box(c, box)});
    for (const std::int64_t sample : {dataset.size() - 1, std::int64_t{0}, dataset.size() / 2}) {
      dataset.read_input(sample, 0, input.view());
      dataset.read_target(sample, target.view());
      expect_values(input.view(), c.space, what,
                    [&](std::int64_t i) { return static_cast<float>(x_of<T>(sample, i)); });
      expect_values(target.view(), c.target.kind == ArrayTarget::Kind::Map ? c.space : Extents{}, what,
                    [&](std::int64_t i) { return y_of(sample, i); });
    }
  }
  static Box target_box(const Case& c, const Box& box) {
    return c.target.kind == ArrayTarget::Kind::Map ? box : Box::whole({1, 1, 1});
  }
  template <class Value>
  static void expect_values(ConstTensorView view, const Extents& space, const std::string& what,
                            const Value& value) {
    const Box& box = view.layout.box;
    const float* at = view.data<float>();
    for (std::int64_t d = box.d.begin; d < box.d.end; ++d)
      for (std::int64_t h = box.h.begin; h < box.h.end; ++h)
        for (std::int64_t w = box.w.begin; w < box.w.end; ++w)
          for (std::int64_t k = 0; k < view.layout.c; ++k)
            ASSERT_EQ(*at++, value(((d * space.h + h) * space.w + w) * view.layout.c + k)) << what;
  }

  std::string message_of_first(const Case& c, std::int64_t samples) const {
    return message_of<InputError>([&] { open(c, samples).check_first_sample(); });
  }

  TemporaryDirectory directory_;
  std::filesystem::path folder_ = directory_ / "train";
  ArrayDatasetOptions options_;
};

using Kind = ArrayTarget::Kind;

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const bool compressed : {false, true}) {
    cases.push_back({"class", {1, 6, 5}, 1, {6, 5}, {}, {Kind::Class, 1, 5}, compressed});
    cases.push_back({"class (1)", {1, 6, 5}, 3, {6, 5, 3}, {1}, {Kind::Class, 1, 5}, compressed});
    cases.push_back({"vector", {4, 3, 5}, 2, {4, 3, 5, 2}, {7}, {Kind::Vector, 7}, compressed});
    cases.push_back({"line", {1, 1, 9}, 2, {1, 9, 2}, {2}, {Kind::Vector, 2}, compressed});
    cases.push_back({"map", {1, 6, 5}, 1, {6, 5, 1}, {6, 5}, {Kind::Map, 1, 5}, compressed});
    cases.push_back({"map of channels", {1, 6, 5}, 2, {6, 5, 2}, {6, 5, 3}, {Kind::Map, 3}, compressed});
    cases.push_back(
        {"map of a volume", {4, 3, 5}, 1, {4, 3, 5, 1}, {4, 3, 5}, {Kind::Map, 1, 5}, compressed});
  }
  return cases;
}

TEST_F(ArrayDatasetTest, BoxesOfAnyElementShapeAndFormAreThoseOfWhatWasWritten) {
  const auto check = [this]<class T>(const Case& c, bool packed) {
    empty_folder();
    if (packed) {
      write<T>(c, 0, 0, 4);
      write<T>(c, 1, 4, 1);
      write<T>(c, 2, 5, 3);
    } else {
      for (int sample = 0; sample < 7; ++sample) write<T>(c, sample, sample);
    }
    const Box whole = Box::whole(c.space), part{{c.space.d / 2, c.space.d}, {0, 1}, {2, 5}};
    for (const std::size_t cache : {std::size_t{0}, std::size_t{1} << 20})
      for (const auto& held : {std::optional<Box>(), std::optional(part)}) {
        options_.cache_bytes = cache;
        options_.part = held;
        const ArrayDataset dataset = open(c, 7);
        const std::string what =
            fmt::format("{}{}{}", c.name, packed ? ", packed" : "", cache ? ", kept" : "");
        dataset.check_first_sample();
        expect_box<T>(dataset, c, part, what);
        expect_box<T>(dataset, c, whole, what);
      }
  };
  for (const Case& c : all_cases())
    for (const bool packed : {false, true}) {
      check.operator()<std::uint8_t>(c, packed);
      check.operator()<std::int16_t>(c, packed);
      check.operator()<float>(c, packed);
    }
}

const Case kDigits{"digits", {1, 4, 4}, 1, {4, 4}, {}, {Kind::Class, 1, 5}, false};

TEST_F(ArrayDatasetTest, InputsAreDividedShiftedAndScaledByChannelInEveryElement) {
  const Case c{"colours", {1, 2, 3}, 2, {2, 3, 2}, {1}, {Kind::Class, 1, 5}, false};
  write<std::uint8_t>(c, 0, 0, 2);
  options_.scaling = {.divide_by = 255, .mean = {0.5, 0.25}, .deviation = {0.1, 2}};
  const ArrayDataset dataset = open(c, 2);
  for (const Element element : {Element::F32, Element::F64, Element::BF16}) {
    Tensor input({1, 2, Box::whole(c.space), element});
    dataset.read_input(1, 0, input.view());
    for (std::int64_t i = 0; i < 12; ++i) {
      const double channel = i % 2 == 0 ? (x_of<std::uint8_t>(1, i) / 255.0 - 0.5) / 0.1
                                        : (x_of<std::uint8_t>(1, i) / 255.0 - 0.25) / 2;
      const auto at = static_cast<std::size_t>(i);
      const double found =
          with_element(element, [&]<class T>(T) { return static_cast<double>(input.view().data<T>()[at]); });
      EXPECT_NEAR(found, channel, element == Element::BF16 ? 0.01 * std::abs(channel) + 1e-5 : 2e-6);
    }
  }
  options_.scaling = {.divide_by = 255};  // one factor for all, without a shift
  Tensor input({1, 2, Box::whole(c.space)});
  open(c, 2).read_input(0, 0, input.view());
  EXPECT_FLOAT_EQ(input.view().data<float>()[3], static_cast<float>(x_of<std::uint8_t>(0, 3)) / 255);
}

TEST_F(ArrayDatasetTest, TheInputCanBeTheTarget) {
  Case c = kDigits;
  c.target = {Kind::Input, 1};
  write<std::uint8_t>(c, 0, 0, 3);
  options_.scaling.divide_by = 255;
  const Box part{{0, 1}, {1, 3}, {0, 4}};
  for (const std::size_t cache : {std::size_t{0}, std::size_t{1} << 20}) {
    options_.cache_bytes = cache;
    const ArrayDataset dataset = open(c, 3);
    Tensor input({1, 1, part}), target({1, 1, part});
    dataset.check_first_sample();
    dataset.read_target(2, target.view());
    dataset.read_input(2, 0, input.view());
    EXPECT_TRUE(std::ranges::equal(input.view().span<float>(), target.view().span<float>()));
    EXPECT_EQ(target.view().data<float>()[0], static_cast<float>(x_of<std::uint8_t>(2, 4)) * (1.0F / 255));
  }
}

TEST_F(ArrayDatasetTest, APackIsReadOnceWhereSamplesAreKeptAndOnlyAsFarAsIsAskedFor) {
  write<std::uint8_t>(kDigits, 0, 0, 4);
  write<std::uint8_t>(kDigits, 1, 4, 4);
  const ArrayDataset dataset = open(kDigits, 6);
  EXPECT_EQ(dataset.bytes_read(), 0);
  dataset.check_first_sample();
  constexpr std::uint64_t kBytes = 16 + sizeof(float);  // of a sample
  EXPECT_EQ(dataset.bytes_read(), 4 * kBytes);
  Tensor input({1, 1, Box::whole(kDigits.space)});
  for (int i = 0; i < 6; ++i) dataset.read_input(i, 0, input.view());
  EXPECT_EQ(dataset.bytes_read(), 6 * kBytes);
  for (int sample = 0; sample < 6; ++sample)
    EXPECT_EQ(dataset.file(sample), file(sample < 4 ? 0 : 1)) << sample;
  options_.cache_bytes = 5 * kBytes;  // too little for six
  const ArrayDataset uncached = open(kDigits, 6);
  for (int round = 0; round < 2; ++round) uncached.read_input(5, 0, input.view());
  EXPECT_EQ(uncached.bytes_read(), 2 * 16);
}

TEST_F(ArrayDatasetTest, OpensNoFileBeforeASampleIsAskedFor) {
  for (int number = 0; number < 3; ++number) std::ofstream(file(number)) << "no HDF5";
  const ArrayDataset dataset = open(kDigits, 9);
  EXPECT_EQ(dataset.size(), 9);
  EXPECT_EQ(dataset.file(8), file(2)) << "guessed";
  EXPECT_THAT(message_of<InputError>([&] { dataset.check_first_sample(); }), HasSubstr(file(0).string()));
}

TEST_F(ArrayDatasetTest, ThreadsThatReadAtOnceGetWhatOneGets) {
  for (int number = 0; number < 4; ++number) write<std::int16_t>(kDigits, number, number * 5, 5);
  for (const std::size_t cache : {std::size_t{0}, std::size_t{1} << 20}) {
    options_.cache_bytes = cache;
    const ArrayDataset dataset = open(kDigits, 20);
    const auto weighted_sum = [&dataset] {
      double sum = 0;
      Tensor input({1, 1, Box::whole(kDigits.space)}), target({1, 1, Box::whole({1, 1, 1})});
      for (int i = 0; i < 40; ++i) {
        dataset.read_input(i * 7 % 20, 0, input.view());
        dataset.read_target(i * 7 % 20, target.view());
        for (const float value : input.view().span<float>()) sum += value * (i + 1);
        sum += target.view().data<float>()[0];
      }
      return sum;
    };
    std::vector<std::future<double>> others;
    others.reserve(4);
    for (int i = 0; i < 4; ++i) others.push_back(std::async(std::launch::async, weighted_sum));
    const double expected = weighted_sum();
    for (auto& other : others) EXPECT_EQ(other.get(), expected);
  }
}

TEST_F(ArrayDatasetTest, WhatDoesNotFitIsSaidBeforeAnythingIsTrained) {
  Case other = kDigits;
  other.x = {4, 5};
  write<std::uint8_t>(other, 0, 0, 3);
  EXPECT_THAT(message_of_first(kDigits, 3),
              AllOf(HasSubstr("'x' is uint8 (3,4,5), and neither a sample of (4,4,1) or (4,4) nor a pack"),
                    HasSubstr(file(0).string())));
  empty_folder();
  other = kDigits;
  other.y = {10};
  write<std::uint8_t>(other, 0, 0, 3);
  EXPECT_THAT(
      message_of_first(kDigits, 3),
      HasSubstr("'y' is float32 (10) of a sample, and the network's answer is compared with (1) or ()"));
  empty_folder();
  write<std::uint8_t>(kDigits, 0, 0, 3);
  write<std::uint8_t>(kDigits, 1, 3, 3);
  EXPECT_THAT(
      message_of_first(kDigits, 7),
      AllOf(HasSubstr("7 samples are asked for, 6 are there, in 2 packs"), HasSubstr(folder_.string())));
  write<float>(kDigits, 1, 3, 3);
  EXPECT_THAT(message_of_first(kDigits, 6),
              AllOf(HasSubstr("holds a pack of float32, where the first holds a pack of uint8"),
                    HasSubstr(file(1).string())));
  write<std::uint8_t>(kDigits, 1, 3);
  EXPECT_THAT(message_of_first(kDigits, 4), HasSubstr("holds one sample of uint8, where the first"));
  empty_folder();
  write<std::uint8_t>(kDigits, 0, 0);
  EXPECT_THAT(message_of_first(kDigits, 2), HasSubstr("2 samples are asked for, 1 are there"));
}

TEST_F(ArrayDatasetTest, ArraysThatDisagreeOrHoldNoNumbersAreRefused) {
  const auto write_pack = [this](hsize_t samples, hsize_t answers, double bad) {
    ChunkedFile hdf5(file(0));
    std::vector<float> x(samples * 16, 1);
    x[21] = static_cast<float>(bad);
    hdf5.add("x", H5T_NATIVE_FLOAT, {.shape = {samples, 4, 4}, .chunk = {}}, x);
    hdf5.add("y", H5T_NATIVE_INT64, {.shape = {answers}, .chunk = {}}, std::vector<std::int64_t>(answers, 3));
  };
  write_pack(3, 2, 1);
  EXPECT_THAT(message_of_first(kDigits, 3),
              HasSubstr("'x' is float32 (3,4,4), a pack of 3 samples, and 'y' is int64 (2)"));
  write_pack(3, 3, std::numeric_limits<double>::quiet_NaN());
  EXPECT_THAT(message_of_first(kDigits, 3), HasSubstr("'x' is no number (nan) at (1,1,1)"));
  write_pack(3, 3, 1);
  Case few = kDigits;
  few.target.classes = 3;
  EXPECT_THAT(message_of_first(few, 3), HasSubstr("'y' is 3, and no class from 0 to 2, at (0)"));
  {
    ChunkedFile hdf5(file(0));
    hdf5.add("x", H5T_NATIVE_INT64, {.shape = {4, 4}, .chunk = {}}, std::vector<std::int64_t>(16));
    hdf5.add("y", H5T_NATIVE_INT64, {.shape = {1}, .chunk = {}}, std::vector<std::int64_t>(1));
  }
  EXPECT_THAT(message_of_first(kDigits, 1),
              HasSubstr("'x' is int64 (4,4), and samples are read of uint8, int16"));
  {
    ChunkedFile hdf5(file(0));
    hdf5.add("x", H5T_NATIVE_UINT8, {.shape = {4, 4}, .chunk = {}}, std::vector<std::uint8_t>(16));
  }
  EXPECT_THAT(message_of_first(kDigits, 1), HasSubstr("the file lacks the data set 'y'"));
}

TEST_F(ArrayDatasetTest, OptionsThatCannotBeServedAreRefusedBeforeAFileIsOpened) {
  write<std::uint8_t>(kDigits, 0, 0, 3);
  options_.scaling.mean = {1, 2};
  EXPECT_THAT(message_of<InputError>([&] { open(kDigits, 3); }), HasSubstr("2 values of a mean"));
  options_.scaling = {.divide_by = 0};
  EXPECT_THAT(message_of<InputError>([&] { open(kDigits, 3); }), HasSubstr("divided by 0"));
  options_.scaling = {};
  empty_folder();
  EXPECT_THAT(message_of<InputError>([&] { open(kDigits, 3); }), HasSubstr("holds no *.hdf5"));
}

}  // namespace
}  // namespace tessera
