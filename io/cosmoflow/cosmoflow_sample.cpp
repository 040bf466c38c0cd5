#include "io/cosmoflow/cosmoflow_sample.hpp"

#include <algorithm>
#include <cmath>

#include "io/hdf5/hdf5_chunks.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

constexpr const char* kMend = "remove this file, or generate or copy the data set again";

void check_array(const Hdf5File& file, const char* name, const Hdf5Array& expected, const char* fix) {
  const Hdf5Array found = file.describe(name);
  if (found.element != expected.element)
    throw InputError(
        fmt::format("'{}' has elements of type {} and not {}", name, found.element, expected.element),
        file.path().string(), "convert the data set to the reference's form");
  if (found.shape != expected.shape)
    throw InputError(fmt::format("'{}' is {} and not {}", name, to_string(found), to_string(expected)),
                     file.path().string(), fix);
}

}  // namespace

void check_cosmoflow_form(const Hdf5File& file, Extents space, std::int64_t channels) {
  check_array(file, "x", {"int16", {space.d, space.h, space.w, channels}},
              "make the configured sample shape that of the data, or name another data set");
  check_array(file, "y", {"float32", {kCosmoflowTargets}}, "convert the data set to the reference's form");
}

bool holds_cosmoflow_data(const Hdf5File& file) {
  if (!file.holds("x") || !file.holds("y")) return false;
  const Hdf5Array x = file.describe("x");
  return x.element == "int16" && x.shape.size() == 4 &&
         file.describe("y") == Hdf5Array{"float32", {kCosmoflowTargets}};
}

CosmoflowForm cosmoflow_form(const Hdf5File& file) {
  const Hdf5Array x = file.describe("x");
  if (x.shape.size() != 4 || std::ranges::find(x.shape, 0) != x.shape.end())
    throw InputError(fmt::format("'x' is {} and no universe (D,H,W,C)", to_string(x)), file.path().string(),
                     "convert the data set to the reference's form");
  const CosmoflowForm form{{x.shape[0], x.shape[1], x.shape[2]}, x.shape[3]};
  check_cosmoflow_form(file, form.space, form.channels);
  return form;
}

void read_cosmoflow_counts(const Hdf5File& file, const Box& box, std::int64_t channels,
                           std::span<std::int16_t> into) {
  const std::array<Interval, 4> block{box.d, box.h, box.w, {0, channels}};
  read_inflated(file, "x", block, into, 1);
  check_cosmoflow_counts(into, file.path().string());
}

CosmoflowTarget read_cosmoflow_target(const Hdf5File& file) {
  CosmoflowTarget target;
  const std::array<Interval, 1> all{{{0, kCosmoflowTargets}}};
  file.read<float>("y", all, target);
  check_cosmoflow_target(target, file.path().string());
  return target;
}

void check_cosmoflow_counts(std::span<const std::int16_t> counts, const std::string& where) {
  std::int16_t bits = 0;  // the sign of a bitwise or: a loop that vectorises
  for (const std::int16_t count : counts) bits = static_cast<std::int16_t>(bits | count);
  if (bits >= 0) return;
  const auto bad = std::find_if(counts.begin(), counts.end(), [](std::int16_t count) { return count < 0; });
  throw InputError(fmt::format("'x' has a negative count ({})", *bad), where, kMend);
}

void check_cosmoflow_target(const CosmoflowTarget& target, const std::string& where) {
  for (const float value : target)
    if (!std::isfinite(value))
      throw InputError(fmt::format("'y' has a target that is no number ({})", value), where, kMend);
}

std::vector<std::byte> cosmoflow_image(Extents space, std::int64_t channels,
                                       std::span<const std::int16_t> counts, const CosmoflowTarget& target) {
  Hdf5Image image;
  image.add<std::int16_t>("x", std::array{space.d, space.h, space.w, channels}, counts);
  image.add<float>("y", std::array<std::int64_t, 1>{kCosmoflowTargets}, target);
  return image.bytes();
}

}  // namespace tessera
