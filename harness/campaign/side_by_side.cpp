#include "harness/campaign/side_by_side.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "harness/run/run_directory.hpp"
#include "models/base/error.hpp"
#include "results/check/log_reader.hpp"
#include "results/log/ml_log.hpp"

namespace tessera {

std::optional<RunInterval> interval_of_run(const std::filesystem::path& directory) {
  try {
    const RunRecord record = read_log(directory / kLogName);
    const LogEntry *start = record.first(LogKey::RunStart), *stop = record.first(LogKey::RunStop);
    if (start != nullptr && stop != nullptr) return RunInterval{start->time_ms, stop->time_ms};
  } catch (const Error&) {  // who judges the log says it
  }
  return std::nullopt;
}

int most_at_a_time(std::span<const RunInterval> runs) {
  std::ptrdiff_t most = 0;
  for (const RunInterval& run : runs)
    most = std::max(most, std::ranges::count_if(runs, [&](const RunInterval& other) {
                      return other.start <= run.start && run.start < other.stop;
                    }));
  return static_cast<int>(most);
}

std::string side_by_side_text(std::span<const RunInterval> runs, int models) {
  const int wanted = std::min(models, static_cast<int>(runs.size())), most = most_at_a_time(runs);
  std::vector<double> starts;
  for (const RunInterval& run : runs) starts.push_back(run.start);
  std::ranges::sort(starts);
  const double seconds = (starts[static_cast<std::size_t>(wanted) - 1] - starts[0]) / 1e3;
  if (most >= wanted)
    return fmt::format("side by side: {} at a time, the first {} begun within {:.1f} s", most, wanted,
                       seconds);
  return fmt::format(
      "warning: {} of {} models at a time: by their logs the first {} begin {:.1f} s apart. The launcher let "
      "runs wait for others (see their output.txt); under Slurm use --launcher slurm, or srun --exact with "
      "-c",
      most, wanted, wanted, seconds);
}

}  // namespace tessera
