#include "io/files/whole_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <system_error>

#include "io/files/file_error.hpp"
#include "io/files/in_parallel.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

[[noreturn]] void fail(const char* action, const std::filesystem::path& path, int error) {
  throw_file_error(fmt::format("{} a file", action), path, error,
                   "name a directory that exists and may be written");
}

}  // namespace

PartialFile::PartialFile(const std::filesystem::path& path) : PartialFile(path, path.string() + ".partial") {}

PartialFile::PartialFile(const std::filesystem::path& path, const std::filesystem::path& partial)
    : path_(path), partial_(partial) {
  descriptor_ = ::open(partial_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail("create", path_, errno);
}

PartialFile::~PartialFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!renamed_) ::unlink(partial_.c_str());
}

void PartialFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", path_, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void PartialFile::commit() {
  if (::fsync(descriptor_) != 0) fail("sync", path_, errno);
  commit_unsynced();
}

void PartialFile::commit_unsynced() {
  const int closed = ::close(descriptor_);
  descriptor_ = -1;
  if (closed != 0) fail("close", path_, errno);
  if (::rename(partial_.c_str(), path_.c_str()) != 0) fail("rename", path_, errno);
  renamed_ = true;
}

void write_whole_file(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  PartialFile file(path);
  file.write(bytes);
  file.commit();
}

void write_whole_file(const std::filesystem::path& path, std::string_view text) {
  write_whole_file(path, std::as_bytes(std::span(text.data(), text.size())));
}

void write_whole_files(std::span<const FileToWrite> files) {
  constexpr int kAtATime = 8;
  in_parallel(files.size(), kAtATime,
              [files](std::size_t i) { write_whole_file(files[i].path, files[i].bytes); });
}

void read_in_pieces(const std::filesystem::path& path,
                    const std::function<void(std::span<const std::byte>)>& take) {
  constexpr std::size_t kPiece = std::size_t{1} << 18;
  constexpr const char* kFix = "name a file that exists and may be read";
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error))
    throw InputError(
        fmt::format("cannot read a file: {}", error ? error.message() : "this is no regular file"),
        path.string(), kFix);
  // Not set to zero: of small files that would cost more than reading them.
  const std::unique_ptr<std::byte[]> piece(new std::byte[kPiece]);
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  while (file) {
    file.read(reinterpret_cast<char*>(piece.get()), static_cast<std::streamsize>(kPiece));
    take({piece.get(), static_cast<std::size_t>(file.gcount())});
  }
  if (!file.eof())
    throw InputError(fmt::format("cannot read a file: {}", std::strerror(errno)), path.string(), kFix);
}

std::string read_whole_file(const std::filesystem::path& path) {
  std::string text;
  read_in_pieces(path, [&text](std::span<const std::byte> piece) {
    text.append(reinterpret_cast<const char*>(piece.data()), piece.size());
  });
  return text;
}

}  // namespace tessera
