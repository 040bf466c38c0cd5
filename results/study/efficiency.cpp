#include "results/study/efficiency.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "results/study/layout_text.hpp"

namespace tessera {
namespace {

/// What a mode keeps as ranks are added.
double kept_of(const StudyLayout& layout) {
  const auto batch = static_cast<double>(layout.global_batch);
  switch (layout.mode) {
    case StudyMode::Strong:
      return batch;
    case StudyMode::WeakReplica:
      return batch / layout.replicas();
    case StudyMode::WeakRank:
      return batch / layout.ranks;
    case StudyMode::WeakVolume:
      return work_of(layout) / layout.ranks;
  }
  return batch;
}

std::string kept_text(const StudyLayout& layout) {
  const double kept = kept_of(layout);
  const char* samples = kept == 1 ? "sample" : "samples";
  switch (layout.mode) {
    case StudyMode::Strong:
      return fmt::format("global batch {:g}", kept);
    case StudyMode::WeakReplica:
      return fmt::format("{:g} {} a replica", kept, samples);
    case StudyMode::WeakRank:
      return fmt::format("{:g} {} a rank", kept, samples);
    case StudyMode::WeakVolume:
      return fmt::format("{:.6g} cells a rank", kept);
  }
  return "";
}

bool of_one_family(const StudyLayout& a, const StudyLayout& b) {
  if (a.mode != b.mode) return false;
  const bool volume = a.mode == StudyMode::WeakVolume;
  if (!volume && a.extents != b.extents) return false;
  constexpr double kRounding = 1e-9, kWholeExtents = 0.01;
  return std::abs(kept_of(a) / kept_of(b) - 1) <= (volume ? kWholeExtents : kRounding);
}

StudyFamily family_begun_by(const StudyLayout& layout) {
  std::string name = fmt::format("{}_{:.6g}", to_string(layout.mode), kept_of(layout));
  if (layout.mode != StudyMode::WeakVolume) name += '_' + extents_text(layout);
  return {.mode = layout.mode, .kept = kept_text(layout), .name = std::move(name), .points = {}};
}

std::optional<std::size_t> base_of(const StudyFamily& family, const Study& study) {
  std::optional<std::size_t> base;
  const auto rank = [&](std::size_t i) {
    return std::pair(cores_of(study.points[i].layout),
                     spread_of(study.points[i].measurement->step_seconds).median);
  };
  for (const std::size_t i : family.points) {
    if (study.points[i].measurement && (!base || rank(i) < rank(*base))) base = i;
  }
  return base;
}

}  // namespace

RepeatSpread spread_of(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t n = values.size();
  return {.median = (values[(n - 1) / 2] + values[n / 2]) / 2, .min = values.front(), .max = values.back()};
}

double work_of(const StudyLayout& layout) {
  auto cells = static_cast<double>(layout.global_batch);
  for (const std::int64_t extent : layout.extents) cells *= static_cast<double>(extent);
  return cells;
}

std::vector<StudyFamily> families_of(const Study& study) {
  std::vector<StudyFamily> families;
  for (std::size_t i = 0; i < study.points.size(); ++i) {
    const StudyLayout& layout = study.points[i].layout;
    auto family = std::ranges::find_if(families, [&](const StudyFamily& one) {
      return of_one_family(study.points[one.points.front()].layout, layout);
    });
    if (family == families.end()) family = families.insert(family, family_begun_by(layout));
    family->points.push_back(i);
  }
  for (StudyFamily& family : families) {
    std::ranges::stable_sort(family.points, {}, [&](std::size_t i) {
      const StudyLayout& layout = study.points[i].layout;
      return std::tuple(cores_of(layout), layout.ranks, layout.parts());
    });
    family.base = base_of(family, study);
  }
  return families;
}

StudyScaling scaling_of(const StudyPoint& point, const StudyPoint& base) {
  const RepeatSpread seconds = spread_of(point.measurement->step_seconds);
  const double at_base =
      work_of(base.layout) / spread_of(base.measurement->step_seconds).median / cores_of(base.layout);
  const auto efficiency = [&](double step) {
    return work_of(point.layout) / step / cores_of(point.layout) / at_base;
  };
  const double cores = static_cast<double>(cores_of(point.layout)) / cores_of(base.layout);
  return {.speed_up = efficiency(seconds.median) * cores,
          .efficiency = efficiency(seconds.median),
          .lowest_efficiency = efficiency(seconds.max),
          .highest_efficiency = efficiency(seconds.min)};
}

}  // namespace tessera
