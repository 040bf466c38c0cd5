#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/staging/staging_journal.hpp"
#include "models/base/box.hpp"

namespace tessera {

class Hdf5File;
class StagedForm;
struct NamedArray;

/// A file to be staged.
struct FileToStage {
  std::string name;                       // in source and copy: "train/universe_000000.hdf5"
  std::optional<std::uint64_t> checksum;  // of the source, where its manifest has it
  bool is_sample = true;                  // others are copied as they are
};

/// What came of it.
struct StagingCounts {
  std::int64_t copied = 0, kept = 0;  // files
  std::uint64_t bytes_read = 0;       // of sources
  std::uint64_t bytes_written = 0, bytes_kept = 0;
};

/// Stages one rank's files: some at a time, each read in order and written in order, with its checksum made
/// on the way. Memory: a MiB or two a thread, whatever the files' sizes, and of compressed ones a row of
/// chunks; fewer threads work where that would be more than 192 MiB together. A file appears under its name
/// when it is whole.
class Stager {
 public:
  struct Options {
    std::filesystem::path source, directory;
    int worker = 0;  // its number among those that stage to the directory
    int threads = 4;
    std::filesystem::path first_sample;     // of the source: all must be of its form
    std::optional<Box> box = std::nullopt;  // to which samples are cut
    Extents space{};                        // of a sample, where they are
    std::function<void()> check = [] {};    // called before each file is copied; what it throws ends that
  };
  /// The directory is prepared; see io/staging/staging_directory.hpp.
  Stager(Options options, std::vector<FileToStage> files);
  ~Stager();

  /// Finds what of it need not be copied, where the directory's journals noted so much of these files: files
  /// whose source has not changed since, and whose bytes, all of which are read, have the checksum that was
  /// noted. Throws InputError naming a source that can't be read, among them the first sample where an array
  /// isn't whole. moved, here and in copy(): called each second in which a file was begun, on the calling
  /// thread; what it throws ends the work.
  void look(
      StagedFiles noted, const std::function<void()>& moved = [] {});
  /// After look(): how much copying will write.
  std::uint64_t bytes_missing() const { return bytes_missing_; }
  /// Arrays that are no numbers, and that samples which had to be written anew so haven't any more.
  std::vector<std::string> left_out() const;
  /// Files that were there, but not as they had been noted.
  const std::vector<std::string>& damaged() const { return damaged_; }
  /// After look(): how many files are to be copied yet.
  std::size_t files_missing() const { return missing_.size() - copied_; }
  /// Copies the next of what is missing, so many at most. Throws InputError where a source can't be read,
  /// isn't of the form of the others or has another checksum than the manifest says; MachineError where the
  /// disk is full or fails. What was copied before stays.
  void copy(
      std::size_t files, const std::function<void()>& moved = [] {});
  StagingCounts counts() const;

 private:
  struct State;
  void look_at(const FileToStage& file);
  const StagedForm& rewritten();
  void check_form(const std::vector<NamedArray>& found, const std::filesystem::path& sample) const;
  void copy_one(const FileToStage& file);

  Options options_;
  std::vector<FileToStage> files_;  // by name
  std::vector<const FileToStage*> missing_;
  std::size_t copied_ = 0;  // of the missing, the first
  std::vector<std::string> damaged_;
  std::uint64_t bytes_missing_ = 0;
  std::unique_ptr<State> state_;
};

}  // namespace tessera
