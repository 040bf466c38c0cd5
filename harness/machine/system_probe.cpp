#include "harness/machine/system_probe.hpp"

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "harness/machine/processor_model.hpp"
#include "harness/machine/topology.hpp"
#include "harness/machine/versions.hpp"

namespace tessera {
namespace {

// The value of `key` in a file of lines "key<separator>value", without quotes.
std::string value_in(const char* path, const std::string& key, char separator) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::size_t at = line.find(separator);
    if (at == std::string::npos || line.compare(0, key.size(), key) != 0) continue;
    const std::size_t begin = line.find_first_not_of(" \"", at + 1);
    const std::size_t end = line.find_last_not_of(" \"");
    if (begin != std::string::npos) return line.substr(begin, end - begin + 1);
  }
  return "unknown";
}

std::string processor_model(hwloc_topology_t topology) {
  const hwloc_obj_t package = hwloc_get_obj_by_type(topology, HWLOC_OBJ_PACKAGE, 0);
  const char* model = package ? hwloc_obj_get_info_by_name(package, "CPUModel") : nullptr;
  if (model) return model;
  std::ifstream file("/proc/cpuinfo");
  std::ostringstream text;
  text << file.rdbuf();
  const std::string name = processor_model_in(text.str());
  return name.empty() ? "unknown" : name;
}

// In MHz: the most that the system lets it run at, else what it runs at now; 0 where neither is told.
double processor_megahertz() {
  double kilohertz = 0;
  if (std::ifstream("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq") >> kilohertz)
    return kilohertz / 1000;
  return std::atof(value_in("/proc/cpuinfo", "cpu MHz", ':').c_str());
}

nlohmann::json caches(hwloc_topology_t topology) {
  nlohmann::json all = nlohmann::json::array();
  for (const hwloc_obj_type_t type :
       {HWLOC_OBJ_L1CACHE, HWLOC_OBJ_L1ICACHE, HWLOC_OBJ_L2CACHE, HWLOC_OBJ_L3CACHE, HWLOC_OBJ_L4CACHE}) {
    const hwloc_obj_t cache = hwloc_get_obj_by_type(topology, type, 0);
    if (!cache) continue;
    const auto kind = cache->attr->cache.type;
    all.push_back({{"level", cache->attr->cache.depth},
                   {"kind", kind == HWLOC_OBJ_CACHE_UNIFIED ? "unified"
                            : kind == HWLOC_OBJ_CACHE_DATA  ? "data"
                                                            : "instruction"},
                   {"bytes", cache->attr->cache.size},
                   {"count", hwloc_get_nbobjs_by_type(topology, type)}});
  }
  return all;
}

}  // namespace

nlohmann::json probe_system() {
  const Topology topology = load_topology();
  const auto count = [&](hwloc_obj_type_t type) { return hwloc_get_nbobjs_by_type(topology.get(), type); };
  utsname name{};
  uname(&name);
  return {{"host", name.nodename},
          {"processor",
           {{"model", processor_model(topology.get())},
            {"architecture", name.machine},
            {"sockets", count(HWLOC_OBJ_PACKAGE)},
            {"cores", count(HWLOC_OBJ_CORE)},
            {"logical_cpus", count(HWLOC_OBJ_PU)},
            {"megahertz", processor_megahertz()}}},
          {"numa_nodes", count(HWLOC_OBJ_NUMANODE)},
          {"caches", caches(topology.get())},
          {"memory_bytes", memory_bytes()},
          {"os", value_in("/etc/os-release", "PRETTY_NAME", '=')},
          {"kernel", std::string(name.sysname) + " " + name.release},
          {"compiler", versions().compiler}};
}

// From the operating system: hwloc misses memory that was plugged in after a virtual machine's start.
std::size_t memory_bytes() {
  return static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::size_t>(sysconf(_SC_PAGE_SIZE));
}

std::size_t resident_memory_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t size = 0, resident = 0;
  file >> size >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGE_SIZE));
}

std::size_t peak_memory_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

}  // namespace tessera
