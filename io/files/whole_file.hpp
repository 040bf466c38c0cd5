#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tessera {

/// A file that is written whole or not at all: beside `path` under the name `<path>.partial` until commit().
/// Without that the destructor removes it, and what stood at `path` is untouched.
/// Two processes must not write the same path at once.
/// Throws InputError where the directory is missing or may not be written, MachineError where the disk is
/// full or fails.
class PartialFile {
 public:
  explicit PartialFile(const std::filesystem::path& path);
  /// Under another name on the same file system until commit().
  PartialFile(const std::filesystem::path& path, const std::filesystem::path& partial);
  ~PartialFile();
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  /// The name it shall have, and the one it has.
  const std::filesystem::path& path() const { return path_; }
  const std::filesystem::path& partial_path() const { return partial_; }
  /// Writes where the last write ended, at first at the first byte, over what another stream put there.
  void write(std::span<const std::byte> bytes);
  /// Syncs it to the disk, then renames it over `path`.
  void commit();
  /// Renames it unsynced: for what need not survive a failure of the system, as the whole is verified then.
  void commit_unsynced();

 private:
  std::filesystem::path path_, partial_;
  int descriptor_ = -1;
  bool renamed_ = false;
};

/// Writes a PartialFile and commits it.
void write_whole_file(const std::filesystem::path& path, std::span<const std::byte> bytes);
void write_whole_file(const std::filesystem::path& path, std::string_view text);

/// A file to be written, and what it shall hold.
struct FileToWrite {
  std::filesystem::path path;
  std::vector<std::byte> bytes;
};
/// Writes several, a few at a time: their waits for the disk overlap, which for small files is most of the
/// time. Each appears whole or not at all. Once one failed, no other is begun; throws what in_parallel()
/// does.
void write_whole_files(std::span<const FileToWrite> files);

/// Hands on the bytes of a regular file in order, 256 KiB at most at once. Throws InputError where it can't
/// be read or is another thing.
void read_in_pieces(const std::filesystem::path& path,
                    const std::function<void(std::span<const std::byte>)>& take);
/// The text of a regular file. Throws as read_in_pieces().
std::string read_whole_file(const std::filesystem::path& path);

}  // namespace tessera
