#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "results/study/study.hpp"

/// What other tools call an experiment: points that differ in their size alone.
namespace tessera {

/// A file to write, below a directory of its own.
struct ExportFile {
  std::string path;  // relative, with '/': "strong_4_128x128x128_whole.json"
  nlohmann::json json;
};

/// The measured points of one family and one split, by cores.
struct ExportSeries {
  std::string name;                 // "strong_4_128x128x128_whole"
  std::vector<std::size_t> points;  // of Study::points; at least one
};

/// Points that weren't measured are in none; the tools have no word for them.
std::vector<ExportSeries> export_series_of(const Study& study);

}  // namespace tessera
