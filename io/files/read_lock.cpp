#include "io/files/read_lock.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <string>

namespace tessera {
namespace {

/// By /proc/locks: "1: FLOCK  ADVISORY  WRITE 1234 08:01:567 0 EOF".
std::optional<pid_t> writer_of(int descriptor) {
  struct stat found {};
  if (::fstat(descriptor, &found) != 0) return std::nullopt;
  const std::string inode =
      fmt::format("{:02x}:{:02x}:{}", gnu_dev_major(found.st_dev), gnu_dev_minor(found.st_dev), found.st_ino);
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    std::istringstream fields(line);
    std::string number, kind, duty, mode, where;
    pid_t process = 0;
    fields >> number >> kind >> duty >> mode >> process >> where;
    if (fields && kind == "FLOCK" && mode == "WRITE" && where == inode) return process;
  }
  return std::nullopt;
}

}  // namespace

ReadLock try_read_lock(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return {};
  ReadLock lock{.is_granted = ::flock(descriptor, LOCK_SH | LOCK_NB) == 0};
  if (!lock.is_granted && errno == EWOULDBLOCK) lock.writer = writer_of(descriptor);
  ::close(descriptor);  // which unlocks it
  return lock;
}

}  // namespace tessera
