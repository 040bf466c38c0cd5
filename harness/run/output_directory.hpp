#pragma once

#include <filesystem>
#include <memory>

#include "io/files/directory_lock.hpp"

namespace tessera {

/// Makes the output directory of a run, with its parents, and locks it for this process. Call on one rank.
/// Throws InputError where the place can't be written or another process holds it, MachineError when the
/// machine fails.
std::unique_ptr<DirectoryLock> lock_output_directory(const std::filesystem::path& directory);

/// Under the lock, before a new run. A directory may hold anything but a finished run: a run.json, or a
/// result.txt with run_stop (aborted runs have one too), or a checkpoint to go on from. What else an
/// interrupted run left (a result.txt that begins as our logs do, its power logs and the history.csv beside
/// it, the .partial of our own files) is removed, since the run that starts now would add to it; other files
/// stay. Throws InputError when the place can't be written, holds a finished run, a checkpoint, or a
/// result.txt or history.csv of another origin, MachineError when the machine fails. replaces_failed: what a
/// run left that failed or was stopped before its first checkpoint is removed, too, run.json included.
void prepare_output_directory(const std::filesystem::path& directory, bool replaces_failed);

/// The same for a run that goes on: what is there stays, but for the .partial of our own files and the
/// run.json and the power logs of the part that was interrupted, and result.txt is made one to append to (see
/// continued_log). Throws as above; that the directory holds a run to go on with has been seen to.
void prepare_output_directory_to_resume(const std::filesystem::path& directory);

}  // namespace tessera
