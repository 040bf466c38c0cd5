#include "harness/machine/system_probe.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/workloads/cache_budget.hpp"

namespace tessera {
namespace {

TEST(SystemProbe, AgreesWithTheOperatingSystem) {
  const nlohmann::json system = probe_system();
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  EXPECT_EQ(system["host"], host.data());
  EXPECT_GE(system["processor"]["logical_cpus"], system["processor"]["cores"]);
  EXPECT_LE(system["processor"]["logical_cpus"], sysconf(_SC_NPROCESSORS_ONLN));
  EXPECT_GE(system["processor"]["sockets"], 1);
  EXPECT_GE(system["numa_nodes"], 1);
  std::ifstream meminfo("/proc/meminfo");  // its first line: "MemTotal:  <n> kB"
  std::string label;
  double kibibytes = 0.0;
  meminfo >> label >> kibibytes;
  EXPECT_NEAR(system["memory_bytes"].get<double>() / (1024.0 * kibibytes), 1.0, 0.05);
  for (const char* key : {"os", "kernel", "compiler"}) EXPECT_FALSE(system[key].get<std::string>().empty());
}

TEST(SystemProbe, KnowsWhatThisProcessTookAtMost) {
  const std::size_t before = peak_memory_bytes();
  const std::vector<char> block(std::size_t{64} << 20, 'x');
  EXPECT_GE(peak_memory_bytes(), std::max(before, block.size()));
  EXPECT_LE(peak_memory_bytes(), memory_bytes());
}

TEST(CacheBudget, OfAllRanksOfANodeIsAQuarterOfItsMemory) {
  constexpr std::size_t kMemory = std::size_t{1} << 40;
  for (const std::size_t ranks : {1, 2, 8, 128})
    EXPECT_EQ(cache_budget(kMemory, static_cast<int>(ranks)) * ranks, kMemory / 4);
}

}  // namespace
}  // namespace tessera
