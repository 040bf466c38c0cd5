#include "io/files/plain_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "models/base/error.hpp"

namespace tessera {

PlainFile::PlainFile(const std::filesystem::path& path)
    : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (descriptor_ < 0) fail();
}

PlainFile::~PlainFile() {
  ::close(descriptor_);
}

std::uint64_t PlainFile::bytes() const {
  struct stat found {};
  if (::fstat(descriptor_, &found) != 0) fail();
  return static_cast<std::uint64_t>(found.st_size);
}

void PlainFile::read(std::uint64_t offset, std::span<std::byte> into) const {
  while (!into.empty()) {
    const ssize_t bytes = ::pread(descriptor_, into.data(), into.size(), static_cast<off_t>(offset));
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes == 0) errno = ENODATA;
    if (bytes <= 0) fail();
    into = into.subspan(static_cast<std::size_t>(bytes));
    offset += static_cast<std::uint64_t>(bytes);
  }
}

void PlainFile::fail() const {
  throw InputError(fmt::format("cannot read a file: {}", std::strerror(errno)), path_.string(),
                   "copy or generate the file again");
}

}  // namespace tessera
