#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "results/study/efficiency.hpp"
#include "results/study/study.hpp"

/// Studies side by side: of several systems, or of one before and after a change.
namespace tessera {

struct NamedStudy {
  std::string name;  // of its system; unique among those compared
  Study study;
};

/// Families of one benchmark, element and name, as several studies have them.
struct ComparedFamily {
  struct Member {
    std::size_t study = 0;
    StudyFamily family;
  };
  std::string benchmark, element;
  std::vector<Member> members;  // by study; at least one

  const StudyFamily& family() const { return members.front().family; }
};

/// A study's fastest point of a family at a number of cores.
struct FastestPoint {
  int cores = 1;
  std::size_t study = 0, point = 0;
  /// Work a second over that of the base's fastest at as many cores; nothing where it has none there.
  std::optional<double> ratio = std::nullopt;
};

struct StudyComparison {
  std::vector<NamedStudy> studies;
  std::size_t base = 0;  // that ratios are over
  std::vector<ComparedFamily> families;

  /// By cores, then by study.
  std::vector<FastestPoint> fastest_of(const ComparedFamily& family) const;
};

/// base: the name of a study, or empty for the first. Throws InputError where none is called so.
StudyComparison compare_studies(std::vector<NamedStudy> studies, const std::string& base);

}  // namespace tessera
