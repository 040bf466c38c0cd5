#include "harness/machine/cpu_quota.hpp"

#include <sys/stat.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace tessera {
namespace {

namespace fs = std::filesystem;

// A hierarchy of control groups that may hold quotas, as it is mounted here.
struct CgroupMount {
  bool v2 = false;
  fs::path root, point;  // the group that is seen at the mount point
};

bool has_word(const std::string& list, const std::string& word) {
  return ("," + list + ",").find("," + word + ",") != std::string::npos;
}

// Lines of /proc/self/mountinfo: "31 23 0:28 ROOT POINT OPTIONS [TAGS...] - TYPE SOURCE SUPER-OPTIONS".
std::vector<CgroupMount> cgroup_mounts(const fs::path& mountinfo) {
  std::vector<CgroupMount> mounts;
  std::ifstream file(mountinfo);
  for (std::string line; std::getline(file, line);) {
    const std::size_t dash = line.find(" - ");
    if (dash == std::string::npos) continue;
    std::istringstream before(line), after(line.substr(dash + 3));
    std::string word, root, point, type, source, options;
    before >> word >> word >> word >> root >> point;
    after >> type >> source >> options;
    if (type == "cgroup2") mounts.push_back({true, root, point});
    if (type == "cgroup" && has_word(options, "cpu")) mounts.push_back({false, root, point});
  }
  return mounts;
}

// This process's group in a hierarchy, by the lines of /proc/self/cgroup: "0::PATH" is of v2,
// "4:cpu,cpuacct:PATH" of v1.
std::optional<fs::path> group_in(const fs::path& cgroups, bool v2) {
  std::ifstream file(cgroups);
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (v2 ? controllers.empty() : has_word(controllers, "cpu")) return line.substr(second + 1);
  }
  return std::nullopt;
}

// The group below a mount point. A container sees its own group as the root of the mount, and may know itself
// by the path that the host has for it: what isn't below the root is the root.
fs::path below(const fs::path& group, const fs::path& root) {
  const fs::path relative = group.lexically_relative(root);
  return relative.empty() || *relative.begin() == ".." ? fs::path() : relative.lexically_normal();
}

// Of one group, in CPUs.
std::optional<double> quota_of(const fs::path& group, bool v2) {
  std::ifstream quota_file(group / (v2 ? "cpu.max" : "cpu.cfs_quota_us"));
  double quota = 0, period = 0;
  if (!(quota_file >> quota)) return std::nullopt;  // v2 has the word "max" for none
  if (v2) {
    quota_file >> period;
  } else {
    std::ifstream(group / "cpu.cfs_period_us") >> period;
  }
  if (quota <= 0 || period <= 0) return std::nullopt;  // v1 has -1 for none
  return quota / period;
}

// Groups of several containers may have equal paths, but not equal files.
std::uint64_t number_of(const fs::path& group) {
  struct stat status {};
  if (stat(group.c_str(), &status) != 0) return 0;
  return static_cast<std::uint64_t>(status.st_dev) << 40 ^ static_cast<std::uint64_t>(status.st_ino);
}

}  // namespace

std::optional<CpuQuota> cpu_quota(const fs::path& root) {
  const fs::path self = root / "proc/self";
  std::optional<CpuQuota> tightest;
  for (const CgroupMount& mount : cgroup_mounts(self / "mountinfo")) {
    const std::optional<fs::path> group = group_in(self / "cgroup", mount.v2);
    if (!group) continue;
    const fs::path point = root / mount.point.relative_path();
    for (fs::path rest = below(*group, mount.root);; rest = rest.parent_path()) {
      const fs::path directory = rest.empty() ? point : point / rest;
      const std::optional<double> cpus = quota_of(directory, mount.v2);
      if (cpus && (!tightest || *cpus < tightest->cpus)) tightest = CpuQuota{*cpus, number_of(directory)};
      if (rest.empty()) break;
    }
  }
  return tightest;
}

}  // namespace tessera
