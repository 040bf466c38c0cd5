#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
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

/// What all journals (files-*.txt) of a directory say of the names that are `wanted`. A name may stand there
/// several times, when it was staged anew. Lines that aren't whole are passed over.
std::multimap<std::string, StagedFile> read_journals(const std::filesystem::path& directory,
                                                     const std::function<bool(const std::string&)>& wanted);

}  // namespace tessera
