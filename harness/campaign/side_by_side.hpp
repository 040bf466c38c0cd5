#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace tessera {

/// From run_start to run_stop, as the log of a run has it, in milliseconds since 1970.
struct RunInterval {
  double start = 0, stop = 0;
};
/// Nothing where the log has none, or can't be read.
std::optional<RunInterval> interval_of_run(const std::filesystem::path& directory);

/// How many of the runs were under way at the same moment, at most. Pure.
int most_at_a_time(std::span<const RunInterval> runs);

/// A line for people: whether as many runs as were to train side by side did, by the start times of their
/// logs; it begins with "warning: " if fewer did. Pure; there is a run at least.
std::string side_by_side_text(std::span<const RunInterval> runs, int models);

}  // namespace tessera
