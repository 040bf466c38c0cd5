#include "models/base/footprint.hpp"

namespace tessera {
namespace {

// Rounds towards minus infinity, as the footprint's definition says; b > 0.
std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

}  // namespace

Interval Footprint::reads(Interval output) const {
  if (output.empty()) return {};
  return {floor_div(num * output.begin + lo, den), floor_div(num * (output.end - 1) + hi, den) + 1};
}

std::int64_t Footprint::phase(std::int64_t output) const {
  const std::int64_t reach = num * output + lo;
  return reach - den * floor_div(reach, den);
}

Footprint Footprint::window(std::int64_t kernel, std::int64_t stride, std::int64_t pad,
                            std::int64_t dilation) {
  return {stride, 1, -pad, -pad + dilation * (kernel - 1)};
}

Footprint Footprint::transposed(std::int64_t kernel, std::int64_t stride, std::int64_t pad,
                                std::int64_t dilation) {
  return {1, stride, pad - dilation * (kernel - 1) + stride - 1, pad};
}

Footprint Footprint::everything(std::int64_t extent) {
  return {0, 1, 0, extent - 1};
}

Interval wanted(const Footprint& footprint, Interval output, std::int64_t extent) {
  const Interval clipped = intersect(footprint.reads(output), {0, extent});
  return clipped.empty() ? Interval{} : clipped;
}

LocalPads local_pads(const Footprint& footprint, Interval output, std::int64_t extent) {
  const Interval reads = footprint.reads(output);
  return {std::max<std::int64_t>(0, -reads.begin), std::max<std::int64_t>(0, reads.end - extent)};
}

}  // namespace tessera
