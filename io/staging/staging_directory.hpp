#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "io/dataset/staged_copy.hpp"
#include "io/files/directory_lock.hpp"

/// A directory that is staged to. Beside the copy, which is a data set as its source is, it has the record
/// staging.json, and `.staging/` with the journals and what isn't whole yet.
namespace tessera {

/// Throws InputError where DST can't hold a copy of SRC at all: it is no directory, the same, or one within
/// the other. Neither need exist otherwise.
void check_staging_paths(const std::filesystem::path& source, const std::filesystem::path& directory);

/// Where journals and unfinished files of a directory lie.
std::filesystem::path staging_scratch(const std::filesystem::path& directory);

/// Held by one process of a node while the node stages to a directory, which it makes. Throws InputError
/// where another process holds it, or the directory can't be written.
std::unique_ptr<DirectoryLock> lock_staging(const std::filesystem::path& directory,
                                            JobHasEnded job_has_ended);

/// Under the lock: makes record (if there is none) and folders, and removes what a crash left unfinished.
/// Throws InputError where the directory holds files that staging didn't write, or a copy of another source,
/// by another plan or of another box.
void prepare_staging(const std::filesystem::path& directory, const StagedCopy& copy);

/// Throws MachineError where the file system has less room than that.
void check_capacity(const std::filesystem::path& directory, std::uint64_t bytes);

/// Removes all that staging wrote there, and folders that are empty then. Returns how many files of the copy
/// there were. Throws InputError where there is nothing staged, or another process stages there.
std::int64_t clean_staging(const std::filesystem::path& directory, JobHasEnded job_has_ended);

}  // namespace tessera
