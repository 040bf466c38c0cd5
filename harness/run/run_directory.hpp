#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

/// The directory of one run: the names of its files, and how it stands, as they tell.
namespace tessera {

inline constexpr const char* kLogName = "result.txt";
inline constexpr const char* kRunJsonName = "run.json";
inline constexpr const char* kHistoryName = "history.csv";
inline constexpr const char* kCheckpointName = "checkpoint.h5";
inline constexpr const char* kPreviousCheckpointName = "checkpoint-previous.h5";  // the one before
inline constexpr const char* kPowerName = "power/result";                         // a directory of power logs
inline constexpr const char* kSaidName = "output.txt";  // output of a run that `tessera campaign` started

/// How a run ended. Failed: with an error, which is said where it is caught.
enum class RunEnd : std::uint8_t { TargetReached, TargetMissed, NotFinite, Stopped, Failed };
/// As run.json has it under "end": "target_reached", "target_missed", "not_finite", "stopped", "failed".
const char* name_of(RunEnd end);

/// How a run's directory stands.
enum class RunState : std::uint8_t {
  Absent,      // nothing of a run is there
  Unfinished,  // it ended before its first checkpoint
  Resumable,   // it has one to go on from
  TargetReached,
  TargetMissed,  // or the loss was not finite: repeating the run doesn't help
  LogMissing,    // a checkpoint or run.json without their log
  OtherOrigin,   // a file that isn't a run's has the name of one
};
RunState state_of_run(const std::filesystem::path& directory);
/// For people: "target reached".
const char* name_of(RunState state);
/// Whether there is nothing more to do: the target was reached or missed.
bool is_finished(RunState state);

/// How the run that ended there last did so, by its run.json; nothing where there is none that says it.
std::optional<RunEnd> recorded_end(const std::filesystem::path& directory);
/// Of the run that ended there last, as its run.json has it; nothing where there is none that says it.
std::optional<int> ranks_of_run(const std::filesystem::path& directory);

/// Whether a run ended there by itself, whatever it came to: it has a run.json, or a log with run_stop.
/// Throws InputError where the log can't be read.
bool has_ended(const std::filesystem::path& directory);
bool has_checkpoint(const std::filesystem::path& directory);
/// Of a resumable run: the name of its last checkpoint.
const char* last_checkpoint(const std::filesystem::path& directory);
/// A log or history that no run of ours wrote.
std::optional<std::filesystem::path> file_of_other_origin(const std::filesystem::path& directory);

}  // namespace tessera
