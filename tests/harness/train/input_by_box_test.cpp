#include <gtest/gtest.h>

#include "io/cosmoflow/cosmoflow_dataset.hpp"
#include "io/files/whole_file.hpp"
#include "models/cosmoflow.hpp"
#include "parallel/place.hpp"
#include "support/all_samples.hpp"
#include "support/temporary_directory.hpp"

// What the parts of a partition read of a sample at full size.
namespace tessera {
namespace {

constexpr Extents kSpace{128, 128, 128};
constexpr double kSampleBytes = 128.0 * 128 * 128 * 4 * sizeof(std::int16_t) + sizeof(CosmoflowTarget);

class InputByBox : public testing::Test {
 protected:
  InputByBox() {
    const auto elements = static_cast<std::size_t>(kSpace.count() * 4);
    std::vector<std::int16_t> counts(elements);
    for (std::size_t i = 0; i < elements; ++i) counts[i] = static_cast<std::int16_t>((i * 7919) % 1009);
    write_whole_file(directory_ / "sample.hdf5",
                     cosmoflow_image(kSpace, 4, counts, {0.1F, 0.2F, 0.3F, 0.4F}));
  }

  /// Reads the sample's part once an epoch, and returns the bytes of each pass; whole: what it is a part of.
  double bytes_a_pass(const Box& part, const std::vector<Tensor>& whole) const {
    const CosmoflowDataset dataset(
        all_samples(directory_.path()),
        {.augmentation = Augmentation::All, .part = part, .split_axes = {true, false, false}, .seed = 3});
    Tensor into({1, 4, part}), expected({1, 4, part});
    for (std::size_t epoch = 0; epoch < whole.size(); ++epoch) {
      dataset.read_input(0, static_cast<int>(epoch), into.view());
      copy_box(whole[epoch].view(), expected.view(), part);
      const auto found = into.view().span<float>(), wanted = expected.view().span<float>();
      EXPECT_TRUE(std::equal(found.begin(), found.end(), wanted.begin()));
    }
    return static_cast<double>(dataset.bytes_read()) / static_cast<double>(whole.size());
  }

  std::vector<Tensor> whole_samples(int epochs) const {
    const CosmoflowDataset dataset(all_samples(directory_.path()),
                                   {.augmentation = Augmentation::All, .seed = 3});
    std::vector<Tensor> whole;
    for (int epoch = 0; epoch < epochs; ++epoch) {
      whole.emplace_back(Layout{1, 4, Box::whole(kSpace)});
      dataset.read_input(0, epoch, whole.back().view());
    }
    return whole;
  }

  TemporaryDirectory directory_;
};

TEST_F(InputByBox, AllPartsTogetherReadASampleAndItsMarginsThroughEverySymmetry) {
  const Graph graph = cosmoflow({.space = kSpace});
  const std::vector<Tensor> whole = whole_samples(4);
  for (const GridDims& dims : {GridDims{1, 4, 1, 1}, GridDims{1, 2, 2, 1}}) {
    double all = 0;
    for (int part = 0; part < dims.parts(); ++part)
      all += bytes_a_pass(place(graph, Partition(dims), part).owned[0], whole);
    EXPECT_GE(all, kSampleBytes);
    EXPECT_LE(all, 1.08 * kSampleBytes);
  }
}

}  // namespace
}  // namespace tessera
