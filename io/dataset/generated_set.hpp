#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "io/files/directory_lock.hpp"
#include "io/files/json_text.hpp"
#include "io/files/whole_file.hpp"
#include "models/base/interval.hpp"

/// What all generated data sets have in common: DIR/train/STEM_000000.hdf5 and so on, DIR/validation/..., and
/// DIR/manifest.json, which is written last and makes the set complete. A recipe, as JSON text, says what the
/// set is to be; the manifest holds it under "recipe".
namespace tessera {

inline constexpr const char* kManifestName = "manifest.json";
/// In its place while a set is made: the recipe.
inline constexpr const char* kUnfinishedName = "unfinished.json";

/// A manifest but for its checksums, of which there is one a sample; take() is given each. An object of Json
/// is searched through for each key that it is given. Throws nlohmann::json::exception where it can't be
/// understood.
Json parse_manifest(const std::string& text,
                    const std::function<void(const std::string& name, const std::string& checksum)>& take);

/// A member of DIR/manifest.json; of the others nothing is kept in memory. Throws InputError where there is
/// no such file, it isn't JSON or lacks the member.
Json manifest_entry(const std::filesystem::path& directory, const char* key);

/// One of the samples [0, train + validation) of a set, training first.
struct GeneratedSample {
  bool train;
  std::int64_t number;  // in its subset

  /// "train/STEM_000012.hdf5".
  std::string file(const char* stem) const;
  /// Tells its random numbers from those of all other samples, however many the subsets have.
  std::uint64_t identity() const { return static_cast<std::uint64_t>(number) * 2 + (train ? 0 : 1); }
};
GeneratedSample generated_sample(std::int64_t train, std::int64_t sample);

/// Throws InputError, naming `where`, unless there are samples of both kinds and not more than a million.
void check_sample_counts(std::int64_t train, std::int64_t validation, const char* where);

/// Holds DIR, which it makes, for the one process of those that generate there together; for nobody where a
/// set is complete, since that is never written again. Throws InputError where another process holds it, or
/// it can't be written.
std::unique_ptr<DirectoryLock> lock_to_generate(const std::filesystem::path& directory,
                                                JobHasEnded job_has_ended);

enum class DirectoryState { ToGenerate, Complete };

/// Under the lock: makes DIR ready, or finds that it holds exactly this data set already. An unfinished
/// generation of the same recipe is gone over again, to the same bytes. Throws InputError where DIR holds
/// anything else or can't be written.
DirectoryState prepare_directory(const std::filesystem::path& directory, const std::string& recipe);

/// Called after each sample that is made: how many of this part are, of how many.
using GenerateProgress = std::function<void(std::int64_t done, std::int64_t of)>;

/// Writes the files that `make` makes of each of the samples, in order, some at a time.
void write_samples(Interval samples, const std::function<FileToWrite(std::int64_t sample)>& make,
                   const GenerateProgress& progress);

/// What wrote the set, as its manifest says. Throws InputError where it has none, or none that can be read.
std::string generator_of(const std::filesystem::path& directory);

/// Calls take(name, checksum) for the files of a data set ("train/universe_000000.hdf5") of which its
/// manifest has the checksum; for none where it has no manifest. Throws InputError where that can't be read.
void read_checksums(const std::filesystem::path& directory,
                    const std::function<void(const std::string& name, std::uint64_t checksum)>& take);

/// Writes the manifest; the set is complete.
void complete_directory(const std::filesystem::path& directory, const std::string& manifest);

}  // namespace tessera
