#include "io/deepcam/draw_deepcam.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <vector>

#include "io/deepcam/deepcam_sample.hpp"
#include "io/generate/climate/deepcam_channels.hpp"
#include "io/picture/colour_map.hpp"
#include "io/picture/value_range.hpp"

namespace tessera {
namespace {

constexpr std::array<Rgb, kDeepcamClasses> kClassColours{{{}, {255, 32, 32}, {255, 255, 255}}};
constexpr Rgb kNoNumber{128, 128, 128};
constexpr double kOpacity = 0.5;  // of what fills a class

/// The cells of a map, each enlarged by a factor, the first row at the bottom.
struct Cells {
  std::int64_t rows, columns, factor;

  std::int64_t height() const { return rows * factor; }
  std::int64_t width() const { return columns * factor; }
  std::size_t at(std::int64_t y, std::int64_t x) const {
    return static_cast<std::size_t>((rows - 1 - y / factor) * columns + x / factor);
  }
};

/// Whether a pixel is within `distance` of a cell of another class.
bool is_outline(const Cells& cells, std::span<const std::uint8_t> classes, std::int64_t y, std::int64_t x,
                std::int64_t distance) {
  const std::uint8_t own = classes[cells.at(y, x)];
  for (const std::int64_t dy : {-distance, std::int64_t{0}, distance})
    for (const std::int64_t dx : {-distance, std::int64_t{0}, distance}) {
      const std::int64_t near_y = std::clamp<std::int64_t>(y + dy, 0, cells.height() - 1),
                         near_x = std::clamp<std::int64_t>(x + dx, 0, cells.width() - 1);
      if (classes[cells.at(near_y, near_x)] != own) return true;
    }
  return false;
}

/// Water vapour over the map, and its range where it is a number.
struct Vapour {
  std::vector<float> values;
  ValueRange range;
  std::int64_t missing = 0;

  Rgb colour(std::size_t cell) const {
    return std::isfinite(values[cell]) ? viridis(range.share(values[cell])) : kNoNumber;
  }
};

Vapour read_vapour(const Hdf5File& file, const Extents& space) {
  std::vector<float> fields(static_cast<std::size_t>(space.count()) * kDeepcamChannels);
  read_deepcam_fields(file, Box::whole(space), fields);
  Vapour vapour;
  for (auto i = static_cast<std::size_t>(DeepcamChannel::TMQ); i < fields.size(); i += kDeepcamChannels) {
    vapour.values.push_back(fields[i]);
    std::isfinite(fields[i]) ? vapour.range.take(fields[i]) : void(++vapour.missing);
  }
  return vapour;
}

std::string legend_of(const Vapour& vapour, bool predicted) {
  return fmt::format(
      "water vapour (TMQ) from {:.3g} to {:.3g} kg/m2, dark to bright{}; tropical cyclones red, atmospheric "
      "rivers white: {}",
      vapour.range.minimum, vapour.range.maximum,
      vapour.missing == 0 ? "" : fmt::format(", grey where it is no number ({} cells)", vapour.missing),
      predicted ? "outlined as labelled, filled as predicted" : "outlined and filled as labelled");
}

}  // namespace

SamplePicture draw_deepcam(const Hdf5File& file, std::optional<std::span<const std::uint8_t>> prediction) {
  const Extents space = deepcam_extents(file);
  const Vapour vapour = read_vapour(file, space);
  std::vector<std::uint8_t> labels(vapour.values.size());
  read_deepcam_labels(file, Box::whole(space), labels);
  const std::span<const std::uint8_t> filled = prediction.value_or(labels);
  assert(filled.size() == labels.size());

  const Cells cells{space.h, space.w, enlargement(space.h, space.w)};
  const std::int64_t line = std::max<std::int64_t>(cells.factor / 3, 1);
  Image image(cells.height(), cells.width());
  for (std::int64_t y = 0; y < image.height(); ++y)
    for (std::int64_t x = 0; x < image.width(); ++x) {
      const std::size_t cell = cells.at(y, x);
      Rgb& pixel = image.at(y, x);
      pixel = vapour.colour(cell);
      if (filled[cell] != 0) pixel = mix(kClassColours[filled[cell]], pixel, kOpacity);
      if (labels[cell] != 0 && is_outline(cells, labels, y, x, line)) pixel = kClassColours[labels[cell]];
    }
  return {std::move(image), legend_of(vapour, prediction.has_value())};
}

}  // namespace tessera
