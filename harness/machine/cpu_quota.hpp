#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace tessera {

/// Processor time that a control group may use: as much as so many CPUs have, on whichever it runs.
struct CpuQuota {
  double cpus = 0;
  std::uint64_t group = 0;  // whose it is: processes of this node with equal ones share it
};

/// The tightest quota over this process, of its own control group or of one above it, by cgroup v2
/// (`cpu.max`) and v1 (`cpu.cfs_quota_us`); nothing where none is set or visible. Affinity masks don't tell
/// it. root: where /proc and the mounted file systems lie.
std::optional<CpuQuota> cpu_quota(const std::filesystem::path& root = "/");

}  // namespace tessera
