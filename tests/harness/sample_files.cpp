#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <string_view>
#include <vector>

#include "io/cosmoflow/cosmoflow_sample.hpp"
#include "io/deepcam/deepcam_sample.hpp"
#include "io/deepcam/deepcam_statistics.hpp"
#include "io/files/whole_file.hpp"
#include "support/referring_file.hpp"

// sample_files KIND FILE...: writes samples of 16^3 cells, all alike and so easily learnt (good), or bad in
// one way, for tests of what the program says about them; and climates of 96 x 144 pixels and ranges of their
// channels, bad in one way.
namespace tessera {
namespace {

constexpr std::int64_t kCells = 16;
constexpr std::array<std::int64_t, 4> kShape{kCells, kCells, kCells, 4};
constexpr std::size_t kElements = 4 * kCells * kCells * kCells;

std::vector<std::byte> climate(std::string_view kind) {
  constexpr Extents kSpace{1, 96, 144};
  std::vector<float> fields(static_cast<std::size_t>(kSpace.count()) * kDeepcamChannels, 1);
  std::vector<std::uint8_t> labels(static_cast<std::size_t>(kSpace.count()), 0);
  if (kind == "climate-nan") fields[144 * kDeepcamChannels] = std::numeric_limits<float>::quiet_NaN();
  if (kind == "climate-label") labels[144] = 3;
  return deepcam_image(kSpace, fields, labels);
}

std::vector<std::byte> ranges_without_width() {
  DeepcamStatistics statistics;
  statistics.maximum.fill(1);
  statistics.minimum[7] = 1;
  return deepcam_statistics_image(statistics);
}

std::vector<std::byte> file_of(std::string_view kind) {
  if (kind.starts_with("climate-")) return climate(kind);
  if (kind == "zero-range") return ranges_without_width();
  std::vector<std::int16_t> counts(kElements, 3);
  CosmoflowTarget target{0.25F, 0.25F, 0.25F, 0.25F};
  if (kind == "negative-count") counts[kElements / 2] = -7;
  if (kind == "nan-target") target[2] = std::numeric_limits<float>::quiet_NaN();
  if (kind == "wrong-shape") return cosmoflow_image({kCells, kCells, kCells / 2}, 8, counts, target);

  Hdf5Image image;
  if (kind == "wrong-element")
    image.add<float>("x", kShape, std::vector<float>(kElements, 3));
  else if (kind != "lacks-x")
    image.add<std::int16_t>("x", kShape, counts);
  if (kind != "lacks-y") image.add<float>("y", std::array<std::int64_t, 1>{kCosmoflowTargets}, target);
  std::vector<std::byte> bytes = image.bytes();
  if (kind == "truncated") bytes.resize(bytes.size() / 2);
  if (kind == "other-format") bytes.assign(1000, std::byte{'#'});
  return bytes;
}

// Compressed counts, of whose second chunk a bit was flipped.
void write_damaged_chunk(const std::filesystem::path& path) {
  ChunkedFile file(path);
  const hsize_t n = kCells;
  file.add("y", H5T_NATIVE_FLOAT, {{kCosmoflowTargets}, {}}, std::vector<float>(kCosmoflowTargets, 0.25F));
  file.add("x", H5T_NATIVE_INT16, {{n, n, n, 4}, {n / 2, n, n, 4}, true, 4, false},
           std::vector<std::int16_t>(kElements, 3));
  file.flip_bit("x", {n / 2, 0, 0, 0}, -1);
}

// Counts that aren't there.
void write_missing(std::string_view kind, const std::filesystem::path& path) {
  ChunkedFile file(path);
  const hsize_t n = kCells;
  const std::vector<hsize_t> shape{n, n, n, 4}, half{n / 2, n, n, 4};
  file.add("y", H5T_NATIVE_FLOAT, {{kCosmoflowTargets}, {}}, std::vector<float>(kCosmoflowTargets, 0.25F));
  if (kind == "missing-virtual")
    add_virtual(file, "x", H5T_NATIVE_INT16, shape, {{0, n, "gone.h5", "full"}});
  else if (kind == "missing-external")
    add_external(file, "x", H5T_NATIVE_INT16, shape, "gone.bin");
  else if (kind == "missing-link")
    add_external_link(file, "x", "gone.h5", "/full");
  else if (kind == "missing-filter")
    H5Dclose(file.create("x", H5T_NATIVE_INT16, {shape, half, false, 0, false, 32015}));
  else
    H5Dclose(file.create("x", H5T_NATIVE_INT16,
                         {shape, kind == "missing-chunks" ? half : std::vector<hsize_t>{}, false, 0, false}));
}

}  // namespace
}  // namespace tessera

int main(int argc, char** argv) {
  constexpr std::array<std::string_view, 19> kKinds{
      "good",          "negative-count", "nan-target",     "wrong-shape",     "wrong-element",
      "lacks-x",       "lacks-y",        "truncated",      "other-format",    "climate-nan",
      "climate-label", "zero-range",     "damaged-chunk",  "missing-virtual", "missing-external",
      "missing-link",  "missing-filter", "missing-chunks", "missing-all"};
  if (argc < 3 || std::find(kKinds.begin(), kKinds.end(), argv[1]) == kKinds.end()) {
    fmt::print(stderr, "usage: sample_files KIND FILE..., KIND one of {}\n", fmt::join(kKinds, ", "));
    return 2;
  }
  for (int i = 2; i < argc; ++i) {
    std::filesystem::remove(argv[i]);  // what a link leads to stays as it is
    if (std::string_view(argv[1]) == "damaged-chunk")
      tessera::write_damaged_chunk(argv[i]);
    else if (std::string_view(argv[1]).starts_with("missing-"))
      tessera::write_missing(argv[1], argv[i]);
    else
      tessera::write_whole_file(argv[i], tessera::file_of(argv[1]));
  }
  return 0;
}
