#include "io/arrays/draw_arrays.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "io/arrays/array_values.hpp"
#include "io/picture/value_range.hpp"

namespace tessera {
namespace {

constexpr Rgb kFrame{96, 96, 128};
constexpr std::int64_t kFrameCells = 2, kMostSamples = 100, kColumns = 10, kMostCells = 4096;

struct Sheet {
  ArrayForm form;
  std::int64_t samples, columns;
  bool colour;

  std::int64_t cells() const { return form.space.h * form.space.w; }
  std::int64_t shown() const { return colour ? 3 : 1; }  // numbers a cell
  std::int64_t rows() const { return (samples + columns - 1) / columns; }
};

Sheet sheet_of(const ArrayForm& form) {
  const std::int64_t columns =
      std::clamp<std::int64_t>(kMostCells / (form.space.w + kFrameCells), 1, kColumns);
  const std::int64_t rows = std::clamp<std::int64_t>(kMostCells / (form.space.h + kFrameCells), 1, kColumns);
  const std::int64_t samples = std::min({form.samples, kMostSamples, columns * rows});
  const bool colour = form.channels == 3 && form.element == "uint8" && form.space.d == 1;
  return {form, samples, std::min(columns, samples), colour};
}

/// What is seen of a sample: H W of three channels, or of one that is the mean of all.
std::vector<double> seen(const Hdf5File& file, const Sheet& sheet, std::int64_t sample) {
  const ArrayForm& form = sheet.form;
  std::vector<double> values(static_cast<std::size_t>(sheet.cells() * sheet.shown()));
  const double share = sheet.colour ? 1 : 1.0 / static_cast<double>(form.space.d * form.channels);
  std::vector<std::byte> plane;
  for (std::int64_t d = 0; d < form.space.d; ++d) {
    const Box box{{d, d + 1}, {0, form.space.h}, {0, form.space.w}};
    read_array_input(file, form, {sample, sample + 1}, box, plane);
    with_array_element(form.element, [&]<class T>(T) {
      const T* x = reinterpret_cast<const T*>(plane.data());
      const std::size_t together = static_cast<std::size_t>(form.channels / sheet.shown());
      for (std::size_t i = 0; i < plane.size() / sizeof(T); ++i)
        values[i / together] += share * static_cast<double>(x[i]);
    });
  }
  return values;
}

std::uint8_t brightness(const ValueRange& range, double value) {
  return static_cast<std::uint8_t>(std::lround(255 * range.share(value)));
}

void draw_sample(const Sheet& sheet, const std::vector<double>& values, const ValueRange& range,
                 std::int64_t factor, std::int64_t top, std::int64_t left, Image& image) {
  for (std::int64_t y = 0; y < sheet.form.space.h * factor; ++y)
    for (std::int64_t x = 0; x < sheet.form.space.w * factor; ++x) {
      const auto cell =
          static_cast<std::size_t>((y / factor * sheet.form.space.w + x / factor) * sheet.shown());
      const std::uint8_t first = brightness(range, values[cell]);
      image.at(top + y, left + x) =
          sheet.colour ? Rgb{first, brightness(range, values[cell + 1]), brightness(range, values[cell + 2])}
                       : Rgb{first, first, first};
    }
}

std::string answers(const Hdf5File& file, const Sheet& sheet) {
  const std::vector<std::int64_t>& y = sheet.form.y;
  if (!(y.empty() || y == std::vector<std::int64_t>{1})) return "";
  std::vector<float> values;
  read_array_target(file, sheet.form, {}, {0, sheet.samples}, {}, values);
  std::string text = "; y:";
  for (const float value : values) text += fmt::format(" {:g}", value);
  return text;
}

}  // namespace

SamplePicture draw_arrays(const Hdf5File& file) {
  const Sheet sheet = sheet_of(array_form(file));
  ValueRange range;
  std::vector<std::vector<double>> samples;
  for (std::int64_t sample = 0; sample < sheet.samples; ++sample) {
    samples.push_back(seen(file, sheet, sample));
    for (const double value : samples.back()) range.take(value);
  }
  const std::string values = fmt::format("{:.6g} to {:.6g}", range.minimum, range.maximum);
  if (sheet.form.element == "uint8") range.take(0), range.take(255);
  const std::int64_t height = sheet.form.space.h + kFrameCells, width = sheet.form.space.w + kFrameCells;
  const std::int64_t factor = enlargement(sheet.rows() * height, sheet.columns * width);
  Image image((sheet.rows() * height - kFrameCells) * factor, (sheet.columns * width - kFrameCells) * factor,
              kFrame);
  for (std::int64_t i = 0; i < sheet.samples; ++i)
    draw_sample(sheet, samples[static_cast<std::size_t>(i)], range, factor,
                i / sheet.columns * height * factor, i % sheet.columns * width * factor, image);
  const std::string which = sheet.form.packed ? fmt::format("the first {} of {} samples, row by row, ",
                                                            sheet.samples, sheet.form.samples)
                                              : "";
  return {std::move(image), fmt::format("{}values {}{}", which, values, answers(file, sheet))};
}

}  // namespace tessera
