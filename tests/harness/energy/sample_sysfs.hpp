#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "support/temporary_directory.hpp"

namespace tessera {

/// A directory that stands for /sys.
class SampleSysfs {
 public:
  /// A zone of powercap: "intel-rapl:0", "package-0", with a counter in microjoules.
  void add_zone(const std::string& zone, const std::string& name, std::uint64_t microjoules,
                std::uint64_t range = 262143328850) const {
    write(path_of(zone) / "name", name + "\n");
    write(path_of(zone) / "max_energy_range_uj", std::to_string(range) + "\n");
    set(zone, microjoules);
  }
  void set(const std::string& zone, std::uint64_t microjoules) const {
    write(path_of(zone) / "energy_uj", std::to_string(microjoules) + "\n");
  }
  void set_node(std::uint64_t joules) const {
    write(root / "cray/pm_counters/energy", std::to_string(joules) + " J 1405610 us\n");
  }
  /// As root may not be refused, a file that nobody can read.
  void make_unreadable(const std::string& zone) const {
    std::filesystem::remove(path_of(zone) / "energy_uj");
    std::filesystem::create_directory(path_of(zone) / "energy_uj");
  }
  std::filesystem::path path_of(const std::string& zone) const { return root / ("class/powercap/" + zone); }

  TemporaryDirectory directory;
  std::filesystem::path root = directory.path();

 private:
  // At once, as the kernel does it: a reader never finds half of a number.
  static void write(const std::filesystem::path& path, const std::string& text) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path.string() + ".new") << text;
    std::filesystem::rename(path.string() + ".new", path);
  }
};

}  // namespace tessera
