#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>

namespace tessera {

/// What comes of a lock for reading (flock) on a file. Some file systems have no locks, and refuse them in
/// any of several ways, among them as if another process held one.
struct ReadLock {
  bool is_granted = false;
  std::optional<pid_t> writer = std::nullopt;  // a process of this host that holds it for writing
};

/// Tries it, and lets go.
ReadLock try_read_lock(const std::filesystem::path& file);

}  // namespace tessera
