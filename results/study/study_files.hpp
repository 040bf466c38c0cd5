#pragma once

#include <string>
#include <vector>

#include "results/study/study.hpp"

namespace tessera {

struct StudyFile {
  std::string path;  // relative to the study's directory, with '/'
  std::string text;
};

/// What is written beside study.json for other programs: study.csv, extra_p/*.json and talp/*/talp_*.json
/// (see study_csv.hpp, extra_p.hpp, talp_pages.hpp). timestamp: ISO 8601, when the study was made.
std::vector<StudyFile> study_files(const Study& study, const std::string& timestamp);

}  // namespace tessera
