#include "io/arrays/array_values.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "io/hdf5/hdf5_chunks.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

std::int64_t count_of(std::span<const Interval> block) {
  std::int64_t count = 1;
  for (const Interval& axis : block) count *= axis.size();
  return count;
}

/// Where in a block, dense, the element lies: "(3,0,17)", in indices of the file.
std::string place_in(std::span<const Interval> block, std::size_t element) {
  std::string text;
  auto left = static_cast<std::int64_t>(element);
  for (std::size_t axis = block.size(); axis-- > 0;) {
    if (!text.empty()) text.insert(0, ",");
    text.insert(0, std::to_string(block[axis].begin + left % block[axis].size()));
    left /= block[axis].size();
  }
  return "(" + text + ")";
}

[[noreturn]] void refuse(const Hdf5File& file, const char* array, std::span<const Interval> block,
                         std::size_t element, const std::string& problem) {
  throw InputError(fmt::format("'{}' {} at {}", array, problem, place_in(block, element)),
                   file.path().string(), "correct or remove this file, or write the data set again");
}

void check_finite(const Hdf5File& file, const char* array, std::span<const Interval> block,
                  std::span<const float> values) {
  float check = 0;  // stays 0 as long as all are finite: a loop that vectorises
  for (const float value : values) check += value * 0;
  if (check == 0) return;
  const auto bad = std::ranges::find_if(values, [](float value) { return !std::isfinite(value); });
  refuse(file, array, block, static_cast<std::size_t>(bad - values.begin()),
         fmt::format("is no number ({})", *bad));
}

void check_classes(const Hdf5File& file, std::span<const Interval> block, std::span<const float> values,
                   std::int64_t classes) {
  const auto most = static_cast<float>(classes - 1);
  const auto is_none = [most](float value) {
    return !(value >= 0 && value <= most) || value != std::floor(value);
  };
  const auto bad = std::ranges::find_if(values, is_none);
  if (bad != values.end())
    refuse(file, "y", block, static_cast<std::size_t>(bad - values.begin()),
           fmt::format("is {}, and no class from 0 to {},", *bad, classes - 1));
}

}  // namespace

void read_array_input(const Hdf5File& file, const ArrayForm& form, const Interval& samples, const Box& box,
                      std::vector<std::byte>& into) {
  const std::vector<Interval> block = array_block(form, form.x, samples, box);
  const auto count = static_cast<std::size_t>(count_of(block));
  with_array_element(form.element, [&]<class T>(T) {
    into.resize(count * sizeof(T));
    const std::span<T> values(reinterpret_cast<T*>(into.data()), count);
    read_inflated<T>(file, "x", block, values, 1);
    if constexpr (std::is_same_v<T, float>) check_finite(file, "x", block, values);
  });
}

void read_array_target(const Hdf5File& file, const ArrayForm& form, const ArrayTarget& target,
                       const Interval& samples, const Box& box, std::vector<float>& into) {
  const bool is_map = target.kind == ArrayTarget::Kind::Map;
  const std::vector<Interval> block =
      is_map ? array_block(form, form.y, samples, box) : array_block(form, samples);
  into.resize(static_cast<std::size_t>(count_of(block)));
  read_inflated<float>(file, "y", block, into, 1);
  if (target.classes > 0)
    check_classes(file, block, into, target.classes);
  else
    check_finite(file, "y", block, into);
}

}  // namespace tessera
