#include "io/cosmoflow/draw_cosmoflow.hpp"

#include <fmt/core.h>

#include <cmath>
#include <vector>

#include "io/cosmoflow/cosmoflow_sample.hpp"
#include "io/picture/colour_map.hpp"
#include "io/picture/value_range.hpp"

namespace tessera {
namespace {

constexpr Rgb kGap{255, 255, 255};
constexpr std::int64_t kGapPixels = 8;

/// log(1 + counts summed along the depth), by channel, H W.
std::vector<std::vector<double>> projected(const Hdf5File& file, const CosmoflowForm& form) {
  const auto channels = static_cast<std::size_t>(form.channels),
             cells = static_cast<std::size_t>(form.space.h * form.space.w);
  std::vector<std::int16_t> plane(cells * channels);
  std::vector maps(channels, std::vector<double>(cells, 0.0));
  for (std::int64_t d = 0; d < form.space.d; ++d) {
    read_cosmoflow_counts(file, {{d, d + 1}, {0, form.space.h}, {0, form.space.w}}, form.channels, plane);
    for (std::size_t i = 0; i < plane.size(); ++i) maps[i % channels][i / channels] += plane[i];
  }
  for (std::vector<double>& map : maps)
    for (double& sum : map) sum = std::log1p(sum);
  return maps;
}

/// Draws a map of so many columns, enlarged, with its left edge at `left`.
void draw(const std::vector<double>& map, const ValueRange& range, std::int64_t columns, std::int64_t factor,
          std::int64_t left, Image& image) {
  for (std::int64_t y = 0; y < image.height(); ++y)
    for (std::int64_t x = 0; x < columns * factor; ++x) {
      const auto cell = static_cast<std::size_t>(y / factor * columns + x / factor);
      image.at(y, left + x) = viridis(range.share(map[cell]));
    }
}

}  // namespace

SamplePicture draw_cosmoflow(const Hdf5File& file) {
  const CosmoflowForm form = cosmoflow_form(file);
  const std::int64_t rows = form.space.h, columns = form.space.w;
  const std::int64_t factor = enlargement(rows, columns * form.channels),
                     step = columns * factor + kGapPixels;
  Image image(rows * factor, form.channels * step - kGapPixels, kGap);
  std::string ranges;
  std::int64_t left = 0;
  for (const std::vector<double>& map : projected(file, form)) {
    ValueRange range;
    for (const double sum : map) range.take(sum);
    draw(map, range, columns, factor, left, image);
    ranges += fmt::format("{}{:.0f} to {:.0f}", left == 0 ? "" : ", ", std::expm1(range.minimum),
                          std::expm1(range.maximum));
    left += step;
  }
  return {std::move(image),
          fmt::format("counts summed along the depth, dark to bright by the logarithm; channels from the "
                      "left: {}",
                      ranges)};
}

}  // namespace tessera
