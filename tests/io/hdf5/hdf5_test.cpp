#include "io/hdf5/hdf5.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <numeric>

#include "io/files/whole_file.hpp"
#include "support/chunked_file.hpp"
#include "support/errors.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::byte> image_of_counting(const std::vector<std::int64_t>& shape) {
  const std::int64_t count =
      std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
  std::vector<std::int16_t> values(static_cast<std::size_t>(count));
  std::iota(values.begin(), values.end(), std::int16_t{0});
  Hdf5Image image;
  image.add<std::int16_t>("x", shape, values);
  return image.bytes();
}

TEST(Hdf5, AnImageReadsBackAsItWasMade) {
  const TemporaryDirectory directory;
  Hdf5Image image;
  const std::vector<double> scalar{0.25};
  const std::vector<float> weights{1, 2, 3, 4, 5, 6};
  image.add<double>("loss", {}, scalar);
  image.add<float>("parameter/conv3d/kernel", std::vector<std::int64_t>{2, 3}, weights);
  write_whole_file(directory / "a.h5", image.bytes());

  const Hdf5File file(directory / "a.h5");
  EXPECT_THAT(file.names(), ElementsAre("loss", "parameter/conv3d/kernel"));
  EXPECT_EQ(file.describe("loss"), (Hdf5Array{"float64", {}}));
  EXPECT_EQ(file.describe("parameter/conv3d/kernel"), (Hdf5Array{"float32", {2, 3}}));
  std::vector<double> loss(1);
  file.read<double>("loss", {}, loss);
  EXPECT_EQ(loss, scalar);
  std::vector<float> read(6);
  file.read<float>("parameter/conv3d/kernel", std::vector<Interval>{{0, 2}, {0, 3}}, read);
  EXPECT_EQ(read, weights);
}

TEST(Hdf5, EqualContentMakesEqualBytes) {
  EXPECT_EQ(image_of_counting({3, 4}), image_of_counting({3, 4}));
}

TEST(Hdf5, TwoImagesMayBeMadeAtOnce) {
  Hdf5Image first, second;
  const std::vector<float> one{1}, two{2};
  first.add<float>("x", {}, one);
  second.add<float>("x", {}, two);
  EXPECT_NE(first.bytes(), second.bytes());
}

TEST(Hdf5, ReadsExactlyTheBlockAskedFor) {
  const TemporaryDirectory directory;
  write_whole_file(directory / "a.h5", image_of_counting({4, 5, 6}));
  const Hdf5File file(directory / "a.h5");
  const std::vector<Interval> block{{1, 3}, {2, 5}, {3, 4}};
  std::vector<std::int16_t> read(6), expected;
  file.read<std::int16_t>("x", block, read);
  for (int i = 1; i < 3; ++i)
    for (int j = 2; j < 5; ++j) expected.push_back(static_cast<std::int16_t>((i * 5 + j) * 6 + 3));
  EXPECT_EQ(read, expected);
}

TEST(Hdf5, RefusesABlockThatIsNotWithin) {
  const TemporaryDirectory directory;
  write_whole_file(directory / "a.h5", image_of_counting({4}));
  const Hdf5File file(directory / "a.h5");
  std::vector<std::int16_t> two(2);
  EXPECT_THROW(file.read<std::int16_t>("x", std::vector<Interval>{{3, 5}}, two), InputError);
  EXPECT_THROW(file.read<std::int16_t>("x", std::vector<Interval>{{0, 1}, {0, 2}}, two), InputError);
}

TEST(Hdf5, SaysWhichFileLacksWhat) {
  const TemporaryDirectory directory;
  write_whole_file(directory / "a.h5", image_of_counting({4}));
  const std::string message = message_of<InputError>([&] { Hdf5File(directory / "a.h5").describe("y"); });
  EXPECT_THAT(message, HasSubstr("lacks the data set 'y'"));
  EXPECT_THAT(message, HasSubstr((directory / "a.h5").string()));
}

TEST(Hdf5, PassesOverAttributesOfSeveralValues) {
  const TemporaryDirectory directory;
  {
    ChunkedFile file(directory / "a.h5");
    const auto add = [&](const char* name, hid_t type, std::vector<hsize_t> shape, const void* values) {
      const hid_t space = shape.empty() ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, shape.data(), nullptr);
      const hid_t attribute = H5Acreate2(file.id(), name, type, space, H5P_DEFAULT, H5P_DEFAULT);
      ASSERT_GE(H5Awrite(attribute, type, values), 0);
      H5Aclose(attribute);
      H5Sclose(space);
    };
    const hid_t word = H5Tcopy(H5T_C_S1);
    H5Tset_size(word, 3);
    const std::vector<std::int64_t> numbers(1000, -1);
    add("shape", H5T_NATIVE_INT64, {1000}, numbers.data());
    add("classes", word, {2}, "catdog");
    add("none", H5T_NATIVE_INT64, {0}, numbers.data());
    add("seed", H5T_NATIVE_INT64, {}, numbers.data());
    add("by", word, {1}, "owl");
    H5Tclose(word);
  }
  const std::map<std::string, Hdf5Attribute> expected{{"by", std::string("owl")}, {"seed", std::int64_t{-1}}};
  EXPECT_EQ(Hdf5File(directory / "a.h5").attributes(), expected);
}

TEST(Hdf5, StoresEmptyArraysUncompressed) {
  const TemporaryDirectory directory;
  Hdf5Image image;
  const std::vector<std::int64_t> none{0, 4}, narrow{4, 0};
  image.create<float>("none", none, Hdf5Compression::Fast);
  image.create<float>("narrow", narrow, Hdf5Compression::Gzip);
  write_whole_file(directory / "a.h5", image.bytes());
  EXPECT_EQ(Hdf5File(directory / "a.h5").describe("none").shape, none);
  EXPECT_EQ(Hdf5File(directory / "a.h5").describe("narrow").shape, narrow);
}

TEST(Hdf5, MissingForeignAndTruncatedFilesAreInputErrorsAndPrintNothing) {
  const TemporaryDirectory directory;
  write_whole_file(directory / "text", "this is text, and longer than a superblock would be");
  const auto bytes = image_of_counting({4000});
  write_whole_file(directory / "short", std::span(bytes).first(bytes.size() / 2));
  testing::internal::CaptureStderr();
  EXPECT_THAT(message_of<InputError>([&] { Hdf5File(directory / "none"); }), HasSubstr("no such file"));
  EXPECT_THAT(message_of<InputError>([&] { Hdf5File(directory / "text"); }), HasSubstr("not an HDF5 file"));
  EXPECT_THAT(message_of<InputError>([&] { Hdf5File(directory / "short"); }), HasSubstr("truncated file"));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace tessera
