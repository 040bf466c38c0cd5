#pragma once

#include <string>
#include <vector>

#include "results/study/export_series.hpp"

namespace tessera {

/// A study for TALP-Pages, which draws the scaling of POP efficiencies (DLB's user guide, "TALP-Pages"): a
/// folder for each family and split with talp_<ranks>x<threads>.json, in the form of DLB 3.5, that of
/// programs without accelerators. `talp ci-report -i DIRECTORY` reads them. The region "Global" is the mean
/// step; times are in nanoseconds of all threads together. timestamp: ISO 8601, when the study was made. What
/// can't be observed is null: how OpenMP's idle time divides, and load balance within and between several
/// nodes; without hardware counters TALP-Pages knows neither cycles nor instructions, and calls every scaling
/// weak. Points without TALP's times (talp_times()) are left out.
std::vector<ExportFile> talp_pages_files(const Study& study, const std::string& timestamp);

}  // namespace tessera
