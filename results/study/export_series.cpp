#include "results/study/export_series.hpp"

#include <algorithm>

#include "results/study/efficiency.hpp"
#include "results/study/layout_text.hpp"

namespace tessera {

std::vector<ExportSeries> export_series_of(const Study& study) {
  std::vector<ExportSeries> all;
  for (const StudyFamily& family : families_of(study)) {
    for (const std::size_t i : family.points) {
      if (!study.points[i].measurement) continue;
      const std::string name = family.name + '_' + split_text(study.points[i].layout);
      auto series = std::ranges::find(all, name, &ExportSeries::name);
      if (series == all.end()) series = all.insert(all.end(), {.name = name, .points = {}});
      series->points.push_back(i);
    }
  }
  return all;
}

}  // namespace tessera
