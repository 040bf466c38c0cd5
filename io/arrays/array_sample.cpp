#include "io/arrays/array_sample.hpp"

#include <algorithm>
#include <optional>

#include "models/base/error.hpp"

namespace tessera {
namespace {

using Shape = std::vector<std::int64_t>;

constexpr const char* kX = "x";
constexpr const char* kY = "y";

std::string text_of(const Shape& shape) {
  std::string text;
  for (const std::int64_t extent : shape) text += fmt::format("{}{}", text.empty() ? "" : ",", extent);
  return "(" + text + ")";
}

Shape without_first(const Shape& shape) {
  return {shape.begin() + 1, shape.end()};
}

bool starts_with(const Shape& shape, const Shape& first) {
  return shape.size() >= first.size() && std::equal(first.begin(), first.end(), shape.begin());
}

InputError bad_shape(const Hdf5File& file, const std::string& problem, const char* fix) {
  return {problem, file.path().string(), fix};
}

/// Both arrays, with nothing to say yet about which axis is which.
ArrayForm stored_arrays(const Hdf5File& file, Hdf5Array& x, Hdf5Array& y) {
  x = file.describe(kX);
  y = file.describe(kY);
  if (x.element != "uint8" && x.element != "int16" && x.element != "float32")
    throw bad_shape(file,
                    fmt::format("'x' is {}, and samples are read of uint8, int16 or float32", to_string(x)),
                    "store it as one of these in all files of the data set");
  if (y.element == "other")
    throw bad_shape(file, "'y' holds no numbers", "store a class, a vector or a map of numbers");
  if (std::ranges::find(x.shape, 0) != x.shape.end() || std::ranges::find(y.shape, 0) != y.shape.end())
    throw bad_shape(file,
                    fmt::format("'x' is {} and 'y' is {}, without elements", to_string(x), to_string(y)),
                    "remove this file, or write it again");
  ArrayForm form;
  form.element = x.element;
  form.target_element = y.element;
  return form;
}

/// Knows now whether the file is a pack.
void set_shapes(const Hdf5File& file, const Hdf5Array& x, const Hdf5Array& y, bool packed, ArrayForm& form) {
  form.packed = packed;
  form.x = packed ? without_first(x.shape) : x.shape;
  form.samples = packed ? x.shape[0] : 1;
  if (packed && (y.shape.empty() || y.shape[0] != x.shape[0]))
    throw bad_shape(
        file,
        fmt::format("'x' is {}, a pack of {} samples, and 'y' is {}", to_string(x), x.shape[0], to_string(y)),
        "give 'y' one entry a sample along its first axis");
  form.y = packed ? without_first(y.shape) : y.shape;
}

/// The shapes that `x`, or a map, may have over this space.
std::vector<Shape> shapes_over(const Extents& space, std::int64_t channels, bool volumes_need_channels) {
  if (space.d != 1) {
    std::vector<Shape> shapes{{space.d, space.h, space.w, channels}};
    if (channels == 1 && !volumes_need_channels) shapes.push_back({space.d, space.h, space.w});
    return shapes;
  }
  std::vector<Shape> shapes{{space.h, space.w, channels}};
  if (channels == 1) shapes.push_back({space.h, space.w});
  return shapes;
}

bool is_among(const std::vector<Shape>& shapes, const Shape& shape) {
  return std::ranges::find(shapes, shape) != shapes.end();
}

std::string listed(const std::vector<Shape>& shapes) {
  std::string text;
  for (const Shape& shape : shapes) text += (text.empty() ? "" : " or ") + text_of(shape);
  return text;
}

/// Whether `y` has an entry for each of what would be samples, and is no map over one.
bool has_one_for_each(const Shape& x, const Shape& y) {
  return !y.empty() && y[0] == x[0] && !starts_with(y, {x[0], x[1]});
}

}  // namespace

bool holds_arrays(const Hdf5File& file) {
  return file.holds(kX) && file.holds(kY);
}

ArrayForm array_form(const Hdf5File& file) {
  Hdf5Array x, y;
  ArrayForm form = stored_arrays(file, x, y);
  const std::size_t rank = x.shape.size();
  if (rank < 2 || rank > 5)
    throw bad_shape(file,
                    fmt::format("'x' is {} and no (H,W), (H,W,C), (D,H,W,C) or many of them", to_string(x)),
                    "write it so; of a line of values as (1,W) or (1,W,C)");
  const bool packed = rank == 5 || file.attributes().contains(kPackAttribute) ||
                      (rank > 2 && has_one_for_each(x.shape, y.shape));
  if (packed && rank == 2)
    throw bad_shape(file, fmt::format("'x' is {} and no pack of samples", to_string(x)),
                    "write it as (N,H,W)");
  set_shapes(file, x, y, packed, form);
  const Shape& shape = form.x;
  const std::size_t flat = shape.size() < 4 ? 0 : 1;
  form.space = {flat == 0 ? 1 : shape[0], shape[flat], shape[flat + 1]};
  form.channels = shape.size() == 2 ? 1 : shape.back();
  return form;
}

ArrayForm array_form(const Hdf5File& file, const Extents& space, std::int64_t channels) {
  Hdf5Array x, y;
  ArrayForm form = stored_arrays(file, x, y);
  const std::vector<Shape> one = shapes_over(space, channels, true);
  const bool packed = !is_among(one, x.shape);
  if (packed && (x.shape.empty() || !is_among(one, without_first(x.shape))))
    throw bad_shape(
        file,
        fmt::format("'x' is {}, and neither a sample of {} nor a pack of such", to_string(x), listed(one)),
        "make the configured sample shape that of the data, or name another data set");
  set_shapes(file, x, y, packed, form);
  form.space = space;
  form.channels = channels;
  return form;
}

void check_array_target(const Hdf5File& file, const ArrayForm& form, const ArrayTarget& target) {
  if (target.kind == ArrayTarget::Kind::Input) return;
  std::vector<Shape> expected{{target.channels}};
  if (target.kind == ArrayTarget::Kind::Map)
    expected = shapes_over(form.space, target.channels, false);
  else if (target.channels == 1)
    expected.push_back({});
  if (is_among(expected, form.y)) return;
  throw bad_shape(file,
                  fmt::format("'y' is {} {} of a sample, and the network's answer is compared with {}",
                              form.target_element, text_of(form.y), listed(expected)),
                  "give the network an output, and a loss, that go with the data, or name another data set");
}

std::vector<Interval> array_block(const ArrayForm& form, const std::vector<std::int64_t>& shape,
                                  const Interval& samples, const Box& box) {
  std::vector<Interval> block;
  if (form.packed) block.push_back(samples);
  if (form.space.d != 1) block.push_back(box.d);
  block.insert(block.end(), {box.h, box.w});
  const std::size_t axes = form.space.d != 1 ? 3 : 2;
  if (shape.size() > axes) block.push_back({0, shape.back()});
  return block;
}

std::vector<Interval> array_block(const ArrayForm& form, const Interval& samples) {
  std::vector<Interval> block;
  if (form.packed) block.push_back(samples);
  for (const std::int64_t extent : form.y) block.push_back({0, extent});
  return block;
}

}  // namespace tessera
