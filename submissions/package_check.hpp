#pragma once

#include <filesystem>
#include <vector>

#include "results/check/check_report.hpp"

namespace tessera {

/// Judges a submission package as the official tools of MLPerf HPC rounds do:
/// <package>/systems/<system>.json, <package>/results/<system>/{strong,weak}/<benchmark>/result_<i>.txt
/// (v0.7: without strong and weak). Returns its logs, the directories that hold them, and last the package,
/// which is compliant if none of these rules is broken, and not judged if some log isn't; those of the closed
/// division apply where the system description says closed, or where options do.
///   no-results, unknown-scaling                   see package_layout.hpp
///   bad-name, large-file, broken-link, unreadable see file_check.hpp
///   missing-field, not-a-text                     see system_description.hpp
///   no-seed, bad-seed, repeated-seed              see seed_check.hpp (closed)
///   differing-size                                a warning, see size_check.hpp
///   convergence, no-convergence-test, throughput-sizes, partial-power  see score_check.hpp
///   those of power logs                           of the runs' logs, see ../results/check/power_folder.hpp
///   bypass-asked, unknown-params                  warnings, see checker_params.hpp
///   bad-system-description  a system has none, or it can't be read
///   wrong-run-count         not exactly as many logs result_*.txt as the benchmark asks for; weak: fewer
///   unreadable-log          a log can't be opened, is in UTF-16 or compressed by gzip
///   too-many-failed-logs    more than one log of a directory isn't compliant
///   differing-batch-sizes, differing-benchmarks   among the logs of a directory (closed; else warnings)
/// Warnings, beside those of the headers named:
///   bad-scaling             a scaling.json without a positive number as its scaling_factor
///   unknown-benchmark       a directory of a benchmark that the round doesn't have: it isn't judged
///   unknown-file            a directory of logs holds something else
///   differing-division, differing-name, differing-benchmark
///                           a log's division or benchmark isn't that of its directory; the system's name
///                           isn't that of its file
///   no-time-to-solution     a throughput stands alone, without a time to solution of the same benchmark
///   no-implementation       there is no directory benchmarks/<benchmark>/implementations
/// Nothing is thrown for what a package holds, however odd.
std::vector<Judged> judge_package(const std::filesystem::path& package, const CheckOptions& options);

}  // namespace tessera
