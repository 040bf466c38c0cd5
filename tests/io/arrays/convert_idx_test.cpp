#include <gmock/gmock.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "io/arrays/array_dataset.hpp"
#include "io/convert/conversion_plan.hpp"
#include "io/convert/conversion_state.hpp"
#include "io/convert/unit_converter.hpp"
#include "io/inspect/inspect.hpp"
#include "support/all_samples.hpp"
#include "support/directory_contents.hpp"
#include "support/errors.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

/// As a conversion on one process, without the order in which a run does it.
void convert_idx(const fs::path& source, const fs::path& destination, bool packed) {
  const ConversionPlan plan = plan_of_text(
      to_text(plan_conversion({.source = source, .destination = destination, .packed = packed})));
  begin_conversion(destination, plan.recipe, {});
  std::map<std::string, ConvertedUnit> made;
  FilesInFlight flights([&](const ConvertedUnit& unit) { made.emplace(unit.name, unit); });
  const auto converter = make_converter(plan.recipe);
  for (const ConvertUnit& unit : plan.units) {
    converter->convert(unit, destination, flights);
    flights.end_unit({unit.name(), unit.bytes, unit.modified, {}});
  }
  flights.finish();
  complete_conversion(destination, plan.recipe, made, {});
}

std::string number(std::int64_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}

constexpr std::int64_t kSide = 5;

int pixel_of(std::int64_t image, std::int64_t row, std::int64_t column) {
  return static_cast<int>((image * 13 + row * 17 + column * 3) % 256);
}

/// Images of 5 x 5 pixels; column by column where transposed.
std::string images_of(std::int64_t count, bool transposed) {
  std::string bytes{0, 0, 8, 3};
  bytes += number(count) + number(kSide) + number(kSide);
  for (std::int64_t image = 0; image < count; ++image)
    for (std::int64_t i = 0; i < kSide * kSide; ++i)
      bytes += static_cast<char>(transposed ? pixel_of(image, i % kSide, i / kSide)
                                            : pixel_of(image, i / kSide, i % kSide));
  return bytes;
}

std::string labels_of_images(std::int64_t count, int first) {
  std::string bytes{0, 0, 8, 1};
  bytes += number(count);
  for (std::int64_t image = 0; image < count; ++image) bytes += static_cast<char>(first + image % 26);
  return bytes;
}

class ConvertIdx : public testing::Test {
 protected:
  ConvertIdx() { fs::create_directory(in_); }
  void write(const std::string& name, const std::string& bytes, bool compress) const {
    const fs::path path = in_ / name;
    std::ofstream(path, std::ios::binary) << bytes;
    if (!compress) return;
    ASSERT_EQ(std::system(("gzip -n " + path.string()).c_str()), 0);
  }
  void write_set(const std::string& stem, std::int64_t train, std::int64_t test, bool transposed, int first,
                 bool compress) const {
    for (const auto& [part, count] : {std::pair("train", train), std::pair("test", test)}) {
      write(stem + part + "-images-idx3-ubyte", images_of(count, transposed), compress);
      write(stem + part + "-labels-idx1-ubyte", labels_of_images(count, first), compress);
    }
  }
  void expect_set(const fs::path& folder, std::int64_t samples) const {
    const ArrayDataset dataset(
        all_samples(folder),
        {.space = {1, kSide, kSide}, .target = {ArrayTarget::Kind::Class, 1, 26}, .samples = samples});
    dataset.check_first_sample();
    Tensor x({1, 1, Box::whole({1, kSide, kSide})}), y({1, 1, Box::whole({})});
    for (const std::int64_t sample : {std::int64_t{0}, samples / 2, samples - 1}) {
      dataset.read_input(sample, 0, x.view());
      dataset.read_target(sample, y.view());
      EXPECT_EQ(y.view().data<float>()[0], static_cast<float>(sample % 26)) << sample;
      for (std::int64_t i = 0; i < kSide * kSide; ++i)
        ASSERT_EQ(x.view().data<float>()[i], static_cast<float>(pixel_of(sample, i / kSide, i % kSide)))
            << sample;
    }
  }
  std::string refused(bool packed) const {
    std::string message = message_of<InputError>([&] { convert_idx(in_, directory_ / "refused", packed); });
    EXPECT_FALSE(fs::exists(directory_ / "refused")) << "nothing is written";
    return message;
  }

  TemporaryDirectory directory_;
  fs::path in_ = directory_ / "in";
};

TEST_F(ConvertIdx, MakesTheSameSamplesInPacksAndOneAFile) {
  write_set("", 10010, 30, false, 0, true);
  convert_idx(in_, directory_ / "packs", true);
  EXPECT_EQ(list_samples(directory_ / "packs/train"),
            (SampleNames{"train-images_000000.hdf5", "train-images_010000.hdf5"}));
  expect_set(directory_ / "packs/train", 10010);
  expect_set(directory_ / "packs/validation", 30);
  const Inspection found = inspect(directory_ / "packs");
  EXPECT_THAT(found.lines, AllOf(Contains("train: 10010 samples"), Contains("validation: 30 samples"),
                                 Contains("all 3 checksums are right"),
                                 Contains(HasSubstr("x: uint8 (10010,5,5), from 0 to 255"))));
  fs::remove_all(in_);
  fs::create_directory(in_);
  write_set("", 40, 30, false, 0, false);
  convert_idx(in_, directory_ / "files", false);
  EXPECT_EQ(list_samples(directory_ / "files/train").size(), 40);
  expect_set(directory_ / "files/train", 40);
}

TEST_F(ConvertIdx, TransposesEmnistAndCountsItsLettersFromZero) {
  write_set("emnist-letters-", 52, 26, true, 1, true);
  for (const bool packed : {true, false}) {
    const fs::path out = directory_ / (packed ? "packs" : "files");
    convert_idx(in_, out, packed);
    expect_set(out / "train", 52);
    expect_set(out / "validation", 26);
  }
  write("emnist-digits-train-images-idx3-ubyte", images_of(3, true), false);
  write("emnist-digits-train-labels-idx1-ubyte", labels_of_images(3, 0), false);
  EXPECT_THAT(refused(true), HasSubstr("of another set than the first, with other axes or labels"));
}

TEST_F(ConvertIdx, EmnistsOtherSetsCountFromZeroAlready) {
  write_set("emnist-balanced-", 26, 26, true, 0, false);
  convert_idx(in_, directory_ / "out", true);
  expect_set(directory_ / "out/train", 26);
  fs::remove_all(in_);
  fs::create_directory(in_);
  write_set("emnist-letters-", 26, 26, true, 0, false);
  EXPECT_THAT(refused(true), HasSubstr("label 0 of 26 is 0, and those of this set count from 1"));
}

TEST_F(ConvertIdx, NothingIsMadeOfDamagedFiles) {
  const auto message = [&](const std::string& images, const std::string& labels, std::size_t kept) {
    fs::remove_all(in_);
    fs::create_directory(in_);
    write("train-images-idx3-ubyte", images, true);
    write("train-labels-idx1-ubyte", labels, true);
    const fs::path path = in_ / "train-images-idx3-ubyte.gz";
    fs::resize_file(path, std::min<std::uintmax_t>(fs::file_size(path), kept));
    return refused(true);
  };
  const std::string images = images_of(2000, false), labels = labels_of_images(2000, 0);
  EXPECT_THAT(message(images, labels, 900),
              AllOf(HasSubstr("cut short"), HasSubstr("train-images-idx3-ubyte.gz")));
  EXPECT_THAT(message(images.substr(0, 20000), labels, 1 << 20),
              HasSubstr("cut short within item 799 of 2000"));
  EXPECT_THAT(message(images + "x", labels, 1 << 20), HasSubstr("goes on after its 2000 items"));
  EXPECT_THAT(message(images, labels_of_images(1999, 0), 1 << 20),
              HasSubstr("there are 2000 images and 1999 labels"));
  EXPECT_THAT(message(images, labels.substr(0, 1000), 1 << 20),
              HasSubstr("cut short within item 992 of 2000"));
  EXPECT_THAT(message(labels, labels, 1 << 20), HasSubstr("no IDX file of unsigned bytes with 3 axes"));
}

TEST_F(ConvertIdx, OnlyImagesOfIdxArePacked) {
  fs::create_directories(directory_ / "packs/train");
  write_set("", 3, 3, false, 0, false);
  convert_idx(in_, directory_ / "out", false);
  EXPECT_THAT(message_of<InputError>([&] {
                plan_conversion({.source = directory_ / "out", .destination = {}, .packed = true});
              }),
              HasSubstr("of which no packs are made"));
}

// All of the real digits, against a plain reading of the bytes that gzip itself gives.
TEST_F(ConvertIdx, RealDigitsArriveInPacksAsTheyAre) {
  const fs::path mnist = fs::path(TESSERA_SOURCE_DIR).parent_path() / "shared/data/mnist";
  if (!fs::exists(mnist)) GTEST_SKIP() << "MNIST isn't beside the sources";
  constexpr std::int64_t kImages = 10000, kPixels = 784;
  for (const char* name : {"t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"})
    fs::copy(mnist / name, in_ / name);
  convert_idx(in_, directory_ / "out", true);
  const auto plain = [&](const std::string& name) {
    EXPECT_EQ(
        std::system(
            fmt::format("gzip -cd {} > {}", (in_ / (name + ".gz")).string(), (in_ / name).string()).c_str()),
        0);
    std::ifstream file(in_ / name, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const std::string images = plain("t10k-images-idx3-ubyte"), labels = plain("t10k-labels-idx1-ubyte");
  ASSERT_EQ(images.size(), 16U + kImages * kPixels);
  const Hdf5File file(directory_ / "out/validation/t10k-images_000000.hdf5");
  EXPECT_EQ(to_string(file.describe("x")), "uint8 (10000,28,28)");
  EXPECT_EQ(to_string(file.describe("y")), "int64 (10000)");
  std::vector<std::uint8_t> x(kImages * kPixels);
  std::vector<std::int64_t> y(kImages);
  file.read<std::uint8_t>("x", std::array<Interval, 3>{{{0, kImages}, {0, 28}, {0, 28}}}, x);
  file.read<std::int64_t>("y", std::array<Interval, 1>{{{0, kImages}}}, y);
  EXPECT_EQ(std::string(x.begin(), x.end()), images.substr(16));
  EXPECT_EQ(std::string(y.begin(), y.end()), labels.substr(8));
}

}  // namespace
}  // namespace tessera
