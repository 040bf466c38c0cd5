#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// What has been staged file by file, as text: a line for each, `CHECKSUM BYTES SOURCE_BYTES SOURCE_TIME
/// NAME`; within a name `\n` stands for the end of a line, and `\\` for a backslash. Each rank of a node has
/// a journal, to which lines are only ever appended, once the file stands whole. What a crash leaves is
/// lines, the last perhaps cut short.
namespace tessera {

struct StagedFile {
  std::uint64_t checksum = 0, bytes = 0;  // XXH3, 64 bits; of the copy
  std::uint64_t source_bytes = 0;         // of the source when it was read, as the next
  std::int64_t source_time = 0;           // of its last modification, in nanoseconds
  friend bool operator==(const StagedFile&, const StagedFile&) = default;
};

/// Open for appending. Throws MachineError where it can't be written.
class StagingJournal {
 public:
  explicit StagingJournal(const std::filesystem::path& path);
  ~StagingJournal();
  StagingJournal(const StagingJournal&) = delete;
  StagingJournal& operator=(const StagingJournal&) = delete;

  /// In one write: lines of several threads don't mix.
  void add(const std::string& name, const StagedFile& file);

 private:
  void write(const std::string& text);
  [[noreturn]] void fail() const;

  std::filesystem::path path_;
  int descriptor_;
};

/// By name, which may be there several times, when a file was staged anew.
using StagedFiles = std::multimap<std::string, StagedFile>;

/// The lines of all journals (files-*.txt) of a directory, in texts short enough to be handed on.
class JournalReader {
 public:
  explicit JournalReader(const std::filesystem::path& directory);
  /// The next lines, about a MiB; empty at the end. A last line that was cut short is passed over.
  std::string next();

 private:
  std::vector<std::filesystem::path> left_;
  std::ifstream journal_;
};

/// Adds what lines say of the names that are `wanted`.
void add_staged(std::string_view lines, const std::function<bool(const std::string&)>& wanted,
                StagedFiles& files);

/// What all journals of a directory say of those.
StagedFiles read_journals(const std::filesystem::path& directory,
                          const std::function<bool(const std::string&)>& wanted);

}  // namespace tessera
