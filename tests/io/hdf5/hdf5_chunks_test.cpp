#include "io/hdf5/hdf5_chunks.hpp"

#include <gmock/gmock.h>
#include <zlib.h>

#include <cstring>
#include <random>

#include "support/chunked_file.hpp"
#include "support/errors.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// Compressible, but not to nothing.
template <class T>
std::vector<T> some_values(std::size_t count) {
  std::mt19937 random(7);
  std::vector<T> values(count);
  for (T& value : values) value = static_cast<T>(std::min(random() % 1000, random() % 50));
  return values;
}

/// What read_inflated() makes of a block of a data set of 7 x 9 x 4 elements in chunks of 3 x 4 x 4, beside
/// what was written.
template <class T>
void expect_as_written(ChunkedForm form, hid_t type) {
  const TemporaryDirectory directory;
  form.shape = {7, 9, 4};
  if (form.chunk.empty()) form.chunk = {3, 4, 4};
  const std::vector<T> values = some_values<T>(7 * 9 * 4);
  ChunkedFile written(directory / "a.h5");
  written.add<T>("x", type, form, values);
  written.close();
  const Hdf5File file(directory / "a.h5");
  for (const std::vector<Interval>& block : std::vector<std::vector<Interval>>{{{0, 7}, {0, 9}, {0, 4}},
                                                                               {{2, 6}, {0, 9}, {0, 4}},
                                                                               {{1, 5}, {3, 8}, {1, 3}},
                                                                               {{4, 5}, {8, 9}, {3, 4}}})
    for (const int threads : {1, 3}) {
      std::vector<T> expected,
          read(static_cast<std::size_t>(block[0].size() * block[1].size() * block[2].size()));
      for (std::int64_t d = block[0].begin; d < block[0].end; ++d)
        for (std::int64_t h = block[1].begin; h < block[1].end; ++h)
          for (std::int64_t w = block[2].begin; w < block[2].end; ++w)
            expected.push_back(values[static_cast<std::size_t>((d * 9 + h) * 4 + w)]);
      read_inflated<T>(file, "x", block, std::span(read), threads);
      EXPECT_EQ(read, expected);
    }
}

TEST(Hdf5Chunks, BlocksReadAsTheyWereWrittenWhateverTheFilters) {
  for (const bool shuffle : {false, true})
    for (const int deflate : {0, 1, 9})
      for (const bool fletcher32 : {false, true}) {
        SCOPED_TRACE(testing::Message() << shuffle << deflate << fletcher32);
        expect_as_written<std::int16_t>({{}, {}, shuffle, deflate, fletcher32}, H5T_NATIVE_INT16);
      }
}

TEST(Hdf5Chunks, BlocksReadAsTheyWereWrittenWhateverTheElement) {
  expect_as_written<std::uint8_t>({{}, {}, true, 4, true}, H5T_NATIVE_UINT8);
  expect_as_written<float>({{}, {}, true, 4, true}, H5T_NATIVE_FLOAT);
  expect_as_written<double>({{}, {}, true, 4, true}, H5T_NATIVE_DOUBLE);
  expect_as_written<std::int64_t>({{}, {}, true, 4, true}, H5T_NATIVE_INT64);
}

TEST(Hdf5Chunks, ChunksOfAnyShapeAreReadToTheirPlaces) {
  for (const std::vector<hsize_t>& chunk :
       std::vector<std::vector<hsize_t>>{{1, 9, 4}, {7, 9, 4}, {7, 9, 1}, {2, 2, 3}})
    expect_as_written<std::int16_t>({{}, chunk, true, 1, false}, H5T_NATIVE_INT16);
}

TEST(Hdf5Chunks, AFletcherSumOfAnOddNumberOfBytesAndOfManyBytesIsTheLibrarys) {
  const TemporaryDirectory directory;
  for (const std::size_t count : {1ul, 3ul, 5'000'001ul}) {
    const std::vector<std::uint8_t> values(count, 0xff);  // the largest sums that bytes have
    ChunkedFile written(directory / "a.h5");
    written.add<std::uint8_t>("x", H5T_NATIVE_UINT8, {{count}, {count}, false, 0, true}, values);
    written.close();
    std::vector<std::uint8_t> read(count);
    read_inflated<std::uint8_t>(Hdf5File(directory / "a.h5"), "x",
                                std::vector<Interval>{{0, static_cast<std::int64_t>(count)}}, read, 1);
    EXPECT_EQ(read, values);
  }
}

TEST(Hdf5Chunks, WhatOnlyTheLibraryCanUndoIsReadByIt) {
  const TemporaryDirectory directory;
  const std::vector<double> values{1, 2, 3, 4};
  ChunkedFile written(directory / "a.h5");
  written.add<double>("contiguous", H5T_NATIVE_DOUBLE, {{4}, {}}, values);
  written.add<double>("float64", H5T_NATIVE_DOUBLE, {{4}, {2}, true, 4, true}, values);
  written.add<double>("big_endian", H5T_NATIVE_DOUBLE, {{4}, {2}, true, 4, true}, values, H5T_IEEE_F64BE);
  written.close();
  const Hdf5File file(directory / "a.h5");
  EXPECT_FALSE(Hdf5Chunks::open<float>(file, "contiguous"));
  EXPECT_FALSE(Hdf5Chunks::open<float>(file, "float64"));
  EXPECT_FALSE(Hdf5Chunks::open<double>(file, "big_endian"));
  EXPECT_TRUE(Hdf5Chunks::open<double>(file, "float64"));
  std::vector<float> read(2);
  read_inflated<float>(file, "float64", std::vector<Interval>{{1, 3}}, read, 2);
  EXPECT_THAT(read, ElementsAre(2, 3));
  read_inflated<float>(file, "contiguous", std::vector<Interval>{{2, 4}}, read, 2);
  EXPECT_THAT(read, ElementsAre(3, 4));
}

constexpr std::size_t kChunk = 10000;

/// What reading says of the second of two chunks, of which `damage` has changed the file.
template <class Damage>
std::string message_of_damaged(const ChunkedForm& filters, const Damage& damage) {
  const TemporaryDirectory directory;
  ChunkedForm form = filters;
  form.shape = {2 * kChunk};
  form.chunk = {kChunk};
  ChunkedFile written(directory / "a.h5");
  written.add<std::int16_t>("x", H5T_NATIVE_INT16, form, some_values<std::int16_t>(2 * kChunk));
  damage(written);
  written.close();
  const Hdf5File file(directory / "a.h5");
  std::vector<std::int16_t> whole(kChunk), read(2);
  read_inflated<std::int16_t>(file, "x", std::vector<Interval>{{0, kChunk}}, whole, 2);
  EXPECT_EQ(whole, some_values<std::int16_t>(kChunk));  // the first chunk is as it was
  return message_of<InputError>([&] {
    read_inflated<std::int16_t>(file, "x", std::vector<Interval>{{kChunk - 1, kChunk + 1}}, std::span(read),
                                2);
  });
}

auto flip(std::int64_t at) {
  return [at](ChunkedFile& file) { file.flip_bit("x", {kChunk}, at); };
}

TEST(Hdf5Chunks, ADamagedChunkIsFoundByItsChecksumAndNamed) {
  EXPECT_THAT(message_of_damaged({{}, {}, true, 4, false}, flip(-1)),
              AllOf(HasSubstr("'x' is damaged: its Adler-32 checksum is wrong"), HasSubstr("/a.h5"),
                    HasSubstr("begins at element (10000)")));
  EXPECT_THAT(message_of_damaged({{}, {}, true, 0, true}, flip(1234)),
              HasSubstr("its Fletcher-32 checksum is wrong"));
  EXPECT_THAT(message_of_damaged({{}, {}, true, 4, true}, flip(1234)),
              HasSubstr("its Fletcher-32 checksum is wrong"));
}

TEST(Hdf5Chunks, NoFlippedBitOfACompressedChunkPasses) {
  for (std::int64_t at = 2; at < 5000; at += 97)  // the first two bytes are zlib's header
    EXPECT_THAT(message_of_damaged({{}, {}, true, 4, false}, flip(at)), HasSubstr("(10000)"));
}

/// Stores the second chunk anew: these bytes in place of its own.
auto store(const std::vector<std::uint8_t>& bytes) {
  return [bytes](ChunkedFile& file) { file.store("x", {kChunk}, bytes); };
}

TEST(Hdf5Chunks, AChunkOfAnotherSizeIsRefused) {
  EXPECT_THAT(message_of_damaged({{}, {}, true, 0, false}, store(std::vector<std::uint8_t>(100))),
              HasSubstr("it has 100 bytes and not 20000"));
  EXPECT_THAT(message_of_damaged({{}, {}, false, 0, true}, store({1, 2})),
              HasSubstr("it is shorter than its checksum"));
  std::vector<std::uint8_t> stream(100000);
  const auto deflated = [&stream](std::size_t bytes) {
    uLongf size = stream.size();
    std::vector<std::uint8_t> zipped(size);
    EXPECT_EQ(compress(zipped.data(), &size, stream.data(), bytes), Z_OK);
    zipped.resize(size);
    return zipped;
  };
  const ChunkedForm deflate{{}, {}, true, 4, false};
  EXPECT_THAT(message_of_damaged(deflate, store(deflated(19998))),
              HasSubstr("it has 19998 bytes and not 20000"));
  EXPECT_THAT(message_of_damaged(deflate, store(deflated(20002))),
              HasSubstr("it has 20002 bytes and not 20000"));
  EXPECT_THAT(message_of_damaged(deflate, store(deflated(100000))),
              HasSubstr("it inflates to more than a chunk"));
  std::vector<std::uint8_t> cut = deflated(20000);
  cut.resize(cut.size() / 2);
  EXPECT_THAT(message_of_damaged(deflate, store(cut)), HasSubstr("it is cut short"));
}

TEST(Hdf5Chunks, AChunkThatFiltersSkippedReadsAsItIs) {
  const TemporaryDirectory directory;
  const auto values = some_values<std::int16_t>(kChunk);
  std::vector<std::uint8_t> bytes(2 * kChunk);
  std::memcpy(bytes.data(), values.data(), bytes.size());
  ChunkedFile written(directory / "a.h5");
  written.add<std::int16_t>("x", H5T_NATIVE_INT16, {{kChunk}, {kChunk}, true, 4, false},
                            std::vector<std::int16_t>(kChunk));
  written.store("x", {0}, bytes, 3);
  written.close();
  std::vector<std::int16_t> read(kChunk);
  read_inflated<std::int16_t>(Hdf5File(directory / "a.h5"), "x", std::vector<Interval>{{0, kChunk}}, read, 1);
  EXPECT_EQ(read, values);
}

TEST(Hdf5Chunks, RefusesABlockThatIsNotWithin) {
  const TemporaryDirectory directory;
  ChunkedFile written(directory / "a.h5");
  written.add<std::int16_t>("x", H5T_NATIVE_INT16, {{4}, {3}, true, 4, false}, std::vector<std::int16_t>(4));
  written.close();
  const Hdf5File file(directory / "a.h5");
  std::vector<std::int16_t> two(2);
  EXPECT_THROW(read_inflated<std::int16_t>(file, "x", std::vector<Interval>{{3, 5}}, two, 1), InputError);
  EXPECT_THROW(read_inflated<std::int16_t>(file, "x", std::vector<Interval>{{0, 1}, {0, 2}}, two, 1),
               InputError);
}

}  // namespace
}  // namespace tessera
