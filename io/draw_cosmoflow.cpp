#include <fmt/core.h>

#include <cmath>
#include <vector>

#include "io/colour_map.hpp"
#include "io/cosmoflow_sample.hpp"
#include "io/sample_picture.hpp"
#include "io/value_range.hpp"

namespace tessera {
namespace {

constexpr Rgb kGap{255, 255, 255};
constexpr std::int64_t kGapPixels = 8;

/// log(1 + counts summed along the depth), H W C.
std::vector<double> projected(const Hdf5File& file, const CosmoflowForm& form) {
  const auto [depth, height, width] = form.space;
  std::vector<std::int16_t> plane(static_cast<std::size_t>(height * width * form.channels));
  std::vector<double> sums(plane.size(), 0.0);
  for (std::int64_t d = 0; d < depth; ++d) {
    read_cosmoflow_counts(file, {{d, d + 1}, {0, height}, {0, width}}, form.channels, plane);
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += plane[i];
  }
  for (double& sum : sums) sum = std::log1p(sum);
  return sums;
}

}  // namespace

SamplePicture draw_cosmoflow(const Hdf5File& file) {
  const CosmoflowForm form = cosmoflow_form(file);
  const auto [depth, height, width] = form.space;
  const std::vector<double> sums = projected(file, form);
  const std::int64_t factor = enlargement(height, width * form.channels), step = width * factor + kGapPixels;
  Image image(height * factor, form.channels * step - kGapPixels, kGap);
  std::string ranges;
  for (std::int64_t c = 0; c < form.channels; ++c) {
    const auto at = [&](std::int64_t row, std::int64_t column) {
      return sums[static_cast<std::size_t>((row * width + column) * form.channels + c)];
    };
    ValueRange range;
    for (std::int64_t pixel = 0; pixel < height * width; ++pixel) range.take(at(0, pixel));
    for (std::int64_t y = 0; y < image.height(); ++y)
      for (std::int64_t x = 0; x < width * factor; ++x)
        image.at(y, c * step + x) = viridis(range.share(at(y / factor, x / factor)));
    ranges += fmt::format("{}{:.0f} to {:.0f}", c == 0 ? "" : ", ", std::expm1(range.minimum),
                          std::expm1(range.maximum));
  }
  return {std::move(image),
          fmt::format("counts summed along the depth, dark to bright by the logarithm; channels from the "
                      "left: {}",
                      ranges)};
}

}  // namespace tessera
