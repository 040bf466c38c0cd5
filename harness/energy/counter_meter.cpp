#include "harness/energy/counter_meter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <utility>

#include "models/base/error.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

std::optional<std::uint64_t> first_number(const fs::path& path) {
  std::ifstream file(path);
  std::uint64_t number = 0;
  return file >> number ? std::optional(number) : std::nullopt;
}

std::string first_line(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

class CounterMeter : public EnergyMeter {
 public:
  CounterMeter(MeterKind kind, std::vector<CounterFile> counters)
      : kind_(kind), counters_(std::move(counters)) {
    errno = 0;
    for (const CounterFile& counter : counters_)
      if (!first_number(counter.path))
        throw InputError(
            fmt::format("an energy counter can't be read: {}",
                        errno != 0 ? std::strerror(errno) : "no number"),
            counter.path.string(),
            "have it made readable (root alone may read it by default), or give a --energy COMMAND");
  }

  MeterKind kind() const override { return kind_; }
  void start(Milliseconds now) override {
    counts_ = read_all().value_or(std::vector<std::uint64_t>());
    since_ = now;
  }
  void read(Milliseconds now, std::vector<MeterReading>& readings) override {
    if (now <= since_) return;
    auto counts = read_all();
    if (!counts) {
      ++failures_;  // the next reading is of the time until then
      return;
    }
    if (const auto joules = joules_until(*counts))
      readings.push_back({now, *joules * 1000 / static_cast<double>((now - since_).count())});
    counts_ = std::move(*counts);
    since_ = now;
  }
  std::string complaint() const override {
    return failures_ == 0
               ? ""
               : fmt::format("its counters couldn't be read {} time{}", failures_, failures_ == 1 ? "" : "s");
  }

 private:
  std::optional<std::vector<std::uint64_t>> read_all() const {
    std::vector<std::uint64_t> counts;
    for (const CounterFile& counter : counters_) {
      const auto count = first_number(counter.path);
      if (!count) return std::nullopt;
      counts.push_back(*count);
    }
    return counts;
  }
  std::optional<double> joules_until(const std::vector<std::uint64_t>& counts) const {
    if (counts_.empty()) return std::nullopt;
    double joules = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      const auto more = counted(counts_[i], counts[i], counters_[i].range);
      if (!more) return std::nullopt;
      joules += static_cast<double>(*more) * counters_[i].joules_a_count;
    }
    return joules;
  }

  MeterKind kind_;
  std::vector<CounterFile> counters_;
  std::vector<std::uint64_t> counts_;  // at since_; empty where they couldn't be read then
  Milliseconds since_{};
  int failures_ = 0;
};

/// The zones of RAPL by what they are of. Those of intel-rapl-mmio are the same packages a second time, and
/// core and uncore are parts of theirs.
struct RaplZones {
  std::vector<fs::path> packages, memories, psys;
};

bool is_rapl_zone(std::string_view name) {
  constexpr std::string_view kPrefix = "intel-rapl:";
  return name.starts_with(kPrefix) &&
         name.find_first_not_of("0123456789:", kPrefix.size()) == std::string_view::npos;
}

RaplZones rapl_zones(const fs::path& powercap) {
  std::vector<fs::path> places;
  std::error_code error;
  for (fs::directory_iterator entry(powercap, error), end; !error && entry != end; entry.increment(error))
    if (is_rapl_zone(entry->path().filename().string())) places.push_back(entry->path());
  std::ranges::sort(places);
  RaplZones zones;
  for (const fs::path& place : places) {
    const std::string name = first_line(place / "name");
    if (name.starts_with("package")) zones.packages.push_back(place);
    if (name == "dram") zones.memories.push_back(place);
    if (name == "psys") zones.psys.push_back(place);
  }
  return zones;
}

std::unique_ptr<EnergyMeter> rapl_meter(MeterKind kind, const std::vector<fs::path>& zones) {
  std::vector<CounterFile> counters;
  counters.reserve(zones.size());
  for (const fs::path& zone : zones)
    counters.push_back({zone / "energy_uj", 1e-6, first_number(zone / "max_energy_range_uj").value_or(0)});
  return make_counter_meter(kind, std::move(counters));
}

}  // namespace

std::optional<std::uint64_t> counted(std::uint64_t before, std::uint64_t now, std::uint64_t range) {
  if (now >= before) return now - before;
  if (range < before) return std::nullopt;
  return range - before + now;
}

std::unique_ptr<EnergyMeter> make_counter_meter(MeterKind kind, std::vector<CounterFile> counters) {
  return std::make_unique<CounterMeter>(kind, std::move(counters));
}

std::unique_ptr<EnergyMeter> find_counter_meter(const fs::path& root) {
  std::error_code ignored;
  const fs::path cray = root / "cray" / "pm_counters" / "energy";
  if (fs::exists(cray, ignored)) return make_counter_meter(MeterKind::PmCounters, {{cray, 1, 0}});
  RaplZones zones = rapl_zones(root / "class" / "powercap");
  if (!zones.packages.empty()) {
    if (zones.memories.size() != zones.packages.size())
      return rapl_meter(MeterKind::RaplPackages, zones.packages);
    zones.packages.insert(zones.packages.end(), zones.memories.begin(), zones.memories.end());
    return rapl_meter(MeterKind::RaplPackagesAndMemory, zones.packages);
  }
  return zones.psys.empty() ? nullptr : rapl_meter(MeterKind::RaplPsys, zones.psys);
}

}  // namespace tessera
