#pragma once

#include <optional>
#include <span>

namespace tessera {

/// How far the minutes of runs are spread.
struct RunDispersion {
  double standard_deviation = 0;  // of a sample, with n - 1
  double low = 0, high = 0;       // 95 % bootstrap interval of the mean without fastest and slowest
};

/// Of the minutes of a set's runs, ascending; those that failed have infinite ones, and at least three must
/// have others, or nothing is returned. The deviation is that of the runs that didn't fail. The interval lies
/// between the 2.5th and the 97.5th percentile of 2,000 such means, each over as many of them drawn with
/// replacement, and the failed ones; the draws are those of std::mt19937_64 begun with 1, so that equal
/// values give equal intervals everywhere.
std::optional<RunDispersion> dispersion_of_runs(std::span<const double> minutes);

}  // namespace tessera
