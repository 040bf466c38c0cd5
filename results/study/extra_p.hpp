#pragma once

#include <vector>

#include "results/study/export_series.hpp"

namespace tessera {

/// A study for Extra-P 4, which fits scaling functions to measurements (github.com/extra-p/extrap,
/// docs/file-formats.md, "JSON format", the newer of the two): {"parameters": [...], "measurements": {call
/// path: {metric: [{"point": [...], "values": [...]}]}}}. A file for each family and split, since Extra-P
/// wants the same points of every call path, and takes what stands at one point for repeats of it. The
/// parameters are ranks and, where they vary, threads. Call path "step" has the seconds of each repeat as
/// metric "time", and "peak memory" in bytes of each rank; below it, "step->compute" and so on have the mean
/// over ranks and repeats.
std::vector<ExportFile> extra_p_files(const Study& study);

}  // namespace tessera
