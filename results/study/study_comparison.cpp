#include "results/study/study_comparison.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <utility>

#include "models/base/error.hpp"

namespace tessera {
namespace {

double work_a_second(const StudyPoint& point) {
  return work_of(point.layout) / spread_of(point.measurement->step_seconds).median;
}

std::size_t base_named(const std::vector<NamedStudy>& studies, const std::string& name) {
  if (name.empty()) return 0;
  const auto found = std::ranges::find(studies, name, &NamedStudy::name);
  if (found != studies.end()) return static_cast<std::size_t>(found - studies.begin());
  std::vector<std::string> names;
  names.reserve(studies.size());
  for (const NamedStudy& study : studies) names.push_back(study.name);
  throw InputError(fmt::format("no study is called '{}'", name), "--base",
                   fmt::format("name one of: {}", fmt::join(names, ", ")));
}

ComparedFamily& family_for(const StudyFamily& family, const Study& study,
                           std::vector<ComparedFamily>& families) {
  const auto found = std::ranges::find_if(families, [&](const ComparedFamily& one) {
    return one.benchmark == study.benchmark && one.element == study.element &&
           one.family().name == family.name;
  });
  if (found != families.end()) return *found;
  families.push_back({.benchmark = study.benchmark, .element = study.element, .members = {}});
  return families.back();
}

}  // namespace

std::vector<FastestPoint> StudyComparison::fastest_of(const ComparedFamily& family) const {
  std::map<std::pair<int, std::size_t>, FastestPoint> fastest;  // by cores and study
  for (const ComparedFamily::Member& member : family.members) {
    const std::vector<StudyPoint>& points = studies[member.study].study.points;
    for (const std::size_t i : member.family.points) {
      if (!points[i].measurement) continue;
      const int cores = cores_of(points[i].layout);
      const auto [place, first] = fastest.try_emplace(
          {cores, member.study}, FastestPoint{.cores = cores, .study = member.study, .point = i});
      if (!first && work_a_second(points[i]) > work_a_second(points[place->second.point]))
        place->second.point = i;
    }
  }
  std::vector<FastestPoint> all;
  for (auto [key, point] : fastest) {
    if (const auto held = fastest.find({point.cores, base}); held != fastest.end())
      point.ratio = work_a_second(studies[point.study].study.points[point.point]) /
                    work_a_second(studies[base].study.points[held->second.point]);
    all.push_back(point);
  }
  return all;
}

StudyComparison compare_studies(std::vector<NamedStudy> studies, const std::string& base) {
  StudyComparison comparison{.studies = std::move(studies), .families = {}};
  comparison.base = base_named(comparison.studies, base);
  for (std::size_t i = 0; i < comparison.studies.size(); ++i) {
    const Study& study = comparison.studies[i].study;
    for (StudyFamily& family : families_of(study))
      family_for(family, study, comparison.families).members.push_back({i, std::move(family)});
  }
  return comparison;
}

}  // namespace tessera
