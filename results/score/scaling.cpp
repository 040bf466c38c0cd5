#include "results/score/scaling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace tessera {
namespace {

using Sizes = std::vector<SizedRate>;  // of one system

double batch_a_unit(const SizedRate& system) {
  return *system.batch / system.units_a_model.value_or(system.size);
}

ScalingPoint point_of(const SizedRate& system, const SizedRate& base) {
  const double growth = system.size / base.size, speed_up = system.rate / base.rate;
  ScalingPoint point{.standing = system.standing,
                     .size = system.size,
                     .batch = *system.batch,
                     .batch_a_unit = batch_a_unit(system),
                     .speed_up = speed_up,
                     .efficiency = speed_up / growth,
                     .throughput_efficiency = std::nullopt};
  if (system.samples_per_second > 0.0 && base.samples_per_second > 0.0)
    point.throughput_efficiency = *system.samples_per_second / *base.samples_per_second / growth;
  return point;
}

/// Those of one batch, if they have two sizes or more.
void add_family(std::vector<ScalingFamily>& families, ScalingKind kind, Sizes members) {
  std::ranges::stable_sort(members, [](const SizedRate& a, const SizedRate& b) {
    return a.size != b.size ? a.size < b.size : a.rate > b.rate;
  });
  if (members.front().size == members.back().size) return;
  ScalingFamily family{kind, members.front().unit, {}};
  for (const SizedRate& member : members) family.points.push_back(point_of(member, members.front()));
  families.push_back(std::move(family));
}

std::vector<ScalingFamily> families_of(const Sizes& sizes) {
  std::map<double, Sizes> by_batch, by_batch_a_unit;
  for (const SizedRate& system : sizes) {
    if (!system.batch) continue;
    if (!system.units_a_model) by_batch[*system.batch].push_back(system);
    by_batch_a_unit[batch_a_unit(system)].push_back(system);
  }
  std::vector<ScalingFamily> families;
  for (const auto& [batch, members] : by_batch) add_family(families, ScalingKind::Strong, members);
  for (const auto& [batch, members] : by_batch_a_unit) add_family(families, ScalingKind::Weak, members);
  return families;
}

std::string why_not(const SizedRate& system) {
  if (!system.batch) return system.why_no_batch;
  const std::string a_unit = fmt::format("its batch of {} a unit", batch_text(batch_a_unit(system)));
  if (system.units_a_model) return fmt::format("no other size has {} (weak scaling)", a_unit);
  return fmt::format("no other size has its global batch of {} (strong scaling) or {} (weak scaling)",
                     batch_text(*system.batch), a_unit);
}

void add_system(Scaling& scaling, const Sizes& sizes) {
  const auto [least, most] = std::ranges::minmax(sizes, {}, &SizedRate::size);
  if (least.size == most.size) return;
  std::set<std::size_t> scaled;
  for (ScalingFamily& family : families_of(sizes)) {
    for (const ScalingPoint& point : family.points) scaled.insert(point.standing);
    scaling.families.push_back(std::move(family));
  }
  for (const SizedRate& system : sizes)
    if (!scaled.contains(system.standing)) scaling.unscaled.push_back({system.standing, why_not(system)});
}

}  // namespace

std::string_view name_of(ScalingKind kind) {
  return kind == ScalingKind::Strong ? "strong" : "weak";
}

Scaling scaling_of(std::span<const SizedRate> systems) {
  std::map<std::pair<std::string, std::string>, Sizes> by_system;
  for (const SizedRate& system : systems)
    if (!system.hardware.empty()) by_system[{system.hardware, system.unit}].push_back(system);
  Scaling scaling;
  for (const auto& [key, sizes] : by_system) add_system(scaling, sizes);
  std::ranges::sort(scaling.unscaled, {}, &Unscaled::standing);
  return scaling;
}

std::string batch_text(double batch) {
  const double inverse = 1 / batch;
  return batch < 1 && inverse == std::round(inverse) ? fmt::format("1/{:g}", inverse)
                                                     : fmt::format("{:.6g}", batch);
}

}  // namespace tessera
