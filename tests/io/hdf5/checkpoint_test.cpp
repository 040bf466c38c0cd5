#include "io/hdf5/checkpoint.hpp"

#include <gmock/gmock.h>

#include <limits>
#include <numeric>
#include <random>

#include "io/files/whole_file.hpp"
#include "support/errors.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

template <class T>
CheckpointTensor tensor(std::vector<std::int64_t> dims, const std::vector<T>& values) {
  const auto bytes = std::as_bytes(std::span(values));
  return owning_tensor(std::move(dims), element_of<T>(), {bytes.begin(), bytes.end()});
}

/// With values that a conversion would not leave alone.
Checkpoint small_checkpoint() {
  Checkpoint checkpoint;
  checkpoint.tensors["parameter/conv3d/kernel"] =
      tensor<float>({1, 2, 3}, {-0.0F, 1e-45F, std::numeric_limits<float>::quiet_NaN(), 3, 0.1F, -1e38F});
  checkpoint.tensors["optimizer/conv3d/kernel/momentum"] = tensor<float>({6}, {1, 2, 3, 4, 5, 6});
  checkpoint.tensors["parameter/dense/bias"] = tensor<double>({2}, {0.1, 5e-324});
  checkpoint.tensors["loss"] = tensor<double>({}, {0.25});
  checkpoint.tensors["history"] = tensor<double>({0, 8}, {});
  checkpoint.attributes["epoch"] = std::int64_t{3};
  checkpoint.attributes["seed"] = std::numeric_limits<std::int64_t>::min();
  checkpoint.attributes["configuration"] = std::string(R"({"data": {"name": "größer"}})");
  return checkpoint;
}

std::string bytes_of(const Checkpoint& checkpoint, const TemporaryDirectory& directory) {
  write_checkpoint(directory / "checkpoint.h5", checkpoint);
  return read_whole_file(directory / "checkpoint.h5");
}

/// What is said of a file of these bytes; fails the test where nothing is.
std::string refusal_of(std::string_view bytes, const TemporaryDirectory& directory) {
  write_whole_file(directory / "checkpoint.h5", bytes);
  return message_of<InputError>([&] { read_checkpoint(directory / "checkpoint.h5"); });
}

TEST(Checkpoint, ReadsBackToTheBit) {
  const TemporaryDirectory directory;
  const Checkpoint written = small_checkpoint();
  write_checkpoint(directory / "a.h5", written);
  EXPECT_TRUE(read_checkpoint(directory / "a.h5") == written);
}

TEST(Checkpoint, LargerThanAnyPieceReadsBackToTheBit) {
  const TemporaryDirectory directory;
  std::vector<float> values(700001);
  std::iota(values.begin(), values.end(), 0.5F);
  Checkpoint written;
  written.tensors["lent"] = {{700001}, Element::F32, std::as_bytes(std::span(values)), nullptr};
  write_checkpoint(directory / "a.h5", written);
  EXPECT_TRUE(read_checkpoint(directory / "a.h5") == written);
  EXPECT_THAT(read_whole_file(directory / "a.h5"),
              HasSubstr(std::string(reinterpret_cast<const char*>(values.data()), values.size() * 4)));
}

TEST(Checkpoint, OfEqualContentHasEqualBytes) {
  const TemporaryDirectory directory;
  EXPECT_EQ(bytes_of(small_checkpoint(), directory), bytes_of(small_checkpoint(), directory));
}

TEST(Checkpoint, IsAnOrdinaryHdf5FileToOthers) {
  const TemporaryDirectory directory;
  write_checkpoint(directory / "a.h5", small_checkpoint());
  const Hdf5File file(directory / "a.h5");
  EXPECT_EQ(file.describe("parameter/conv3d/kernel"), (Hdf5Array{"float32", {1, 2, 3}}));
  EXPECT_EQ(std::get<std::int64_t>(file.attributes().at("epoch")), 3);
}

TEST(Checkpoint, WithOneBitChangedAnywhereIsRefusedByName) {
  const TemporaryDirectory directory;
  const std::string sound = bytes_of(small_checkpoint(), directory);
  std::mt19937 random(7);
  std::uniform_int_distribution<std::size_t> any_byte(0, sound.size() - 1), any_bit(0, 7);
  std::vector<std::size_t> places = {0, 20, 511, 512, sound.size() - 1};
  for (int i = 0; i < 60; ++i) places.push_back(any_byte(random));
  for (const std::size_t place : places) {
    std::string damaged = sound;
    damaged[place] = static_cast<char>(damaged[place] ^ (1 << any_bit(random)));
    EXPECT_THAT(refusal_of(damaged, directory), HasSubstr((directory / "checkpoint.h5").string())) << place;
  }
}

TEST(Checkpoint, CutShortAnywhereIsRefused) {
  const TemporaryDirectory directory;
  const std::string sound = bytes_of(small_checkpoint(), directory);
  for (const std::size_t length : {std::size_t{0}, std::size_t{10}, std::size_t{511}, std::size_t{512},
                                   std::size_t{513}, sound.size() / 2, sound.size() - 1})
    EXPECT_THAT(refusal_of(std::string_view(sound).substr(0, length), directory),
                AnyOf(HasSubstr("cut short"), HasSubstr("no checkpoint"), HasSubstr("damaged")))
        << length;
}

TEST(Checkpoint, ThatIsNoneOrNotThereIsAnInputError) {
  const TemporaryDirectory directory;
  Hdf5Image image;
  image.set("epoch", std::int64_t{1});
  write_whole_file(directory / "other.h5", image.bytes());
  EXPECT_THAT(refusal_of(read_whole_file(directory / "other.h5"), directory),
              HasSubstr("this is no checkpoint"));
  EXPECT_THAT(message_of<InputError>([&] { read_checkpoint(directory / "none.h5"); }),
              HasSubstr("there is no such checkpoint"));
  EXPECT_THROW(read_checkpoint(directory.path()), InputError);
}

TEST(Checkpoint, SaysWhichAttributeItLacks) {
  const Checkpoint checkpoint = small_checkpoint();
  EXPECT_EQ(integer_of(checkpoint, "epoch", "a.h5"), 3);
  EXPECT_THAT(message_of<InputError>([&] { integer_of(checkpoint, "step", "a.h5"); }),
              HasSubstr("lacks the attribute 'step'"));
  EXPECT_THAT(message_of<InputError>([&] { text_of(checkpoint, "epoch", "a.h5"); }), HasSubstr("a.h5"));
}

}  // namespace
}  // namespace tessera
