#include "results/score/scaling.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace tessera {
namespace {

ScalingPoint point_of(const SizedRate& system, const SizedRate& base) {
  const double growth = system.size / base.size, speed_up = system.rate / base.rate;
  ScalingPoint point{system.standing, system.size, speed_up, speed_up / growth, std::nullopt};
  if (system.samples_per_second > 0.0 && base.samples_per_second > 0.0) {
    point.throughput_efficiency = *system.samples_per_second / *base.samples_per_second / growth;
  }
  return point;
}

}  // namespace

std::vector<ScalingFamily> scaling_families(std::span<const SizedRate> systems) {
  std::map<std::pair<std::string, std::string>, std::vector<SizedRate>> families;
  for (const SizedRate& system : systems) {
    if (!system.hardware.empty()) families[{system.hardware, system.unit}].push_back(system);
  }
  std::vector<ScalingFamily> scaling;
  for (auto& [key, members] : families) {
    std::stable_sort(members.begin(), members.end(), [](const SizedRate& a, const SizedRate& b) {
      return a.size != b.size ? a.size < b.size : a.rate > b.rate;
    });
    if (members.front().size == members.back().size) continue;
    ScalingFamily family{key.second, {}};
    for (const SizedRate& member : members) family.points.push_back(point_of(member, members.front()));
    scaling.push_back(std::move(family));
  }
  return scaling;
}

}  // namespace tessera
