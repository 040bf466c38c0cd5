#include "harness/energy/run_meter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "harness/energy/command_meter.hpp"
#include "harness/energy/counter_meter.hpp"
#include "models/base/error.hpp"
#include "parallel/uniform.hpp"
#include "results/log/ml_log.hpp"

namespace tessera {
namespace {

using nlohmann::json;

constexpr std::int64_t kNoMeter = -1;

struct FoundMeter {
  std::unique_ptr<EnergyMeter> meter;
  std::string why_none;
};

FoundMeter find_meter(const EnergyRequest& request) {
  try {
    if (request.by != EnergyRequest::kAuto) return {make_command_meter(request.by), ""};
    if (auto meter = find_counter_meter(request.root)) return {std::move(meter), ""};
    return {nullptr, fmt::format("there are neither cray/pm_counters nor RAPL's class/powercap in {}",
                                 request.root.string())};
  } catch (const Error& error) {
    return {nullptr, fmt::format("{} ({}): {}", error.problem(), error.where(), error.fix())};
  }
}

std::string line_of(MeterKind kind) {
  const char* covers = covered_by(kind);
  return fmt::format(
      "energy: measured by {}{}", name_of(kind),
      *covers == '\0' ? "" : fmt::format(", of {} alone, so that it has no official score", covers));
}

/// Stamps entries with the times of readings.
struct ReadingClock : Clock {
  Milliseconds time{};
  Milliseconds now() const override { return time; }
};

std::string bytes_of(const PowerRecord& record) {
  std::string bytes(sizeof record.start + record.readings.size() * sizeof(MeterReading), '\0');
  std::memcpy(bytes.data(), &record.start, sizeof record.start);
  if (!record.readings.empty())
    std::memcpy(bytes.data() + sizeof record.start, record.readings.data(),
                record.readings.size() * sizeof(MeterReading));
  return bytes;
}

PowerRecord record_from(const std::string& bytes) {
  PowerRecord record;
  std::memcpy(&record.start, bytes.data(), sizeof record.start);
  record.readings.resize((bytes.size() - sizeof record.start) / sizeof(MeterReading));
  if (!record.readings.empty())
    std::memcpy(record.readings.data(), bytes.data() + sizeof record.start,
                record.readings.size() * sizeof(MeterReading));
  return record;
}

/// The records of all nodes, in their order, from what ranks have; those of one rank a node aren't empty.
std::vector<PowerRecord> records_by_node(const std::vector<std::string>& texts, const std::vector<int>& nodes,
                                         int count) {
  std::vector<PowerRecord> records(static_cast<std::size_t>(count));
  for (std::size_t rank = 0; rank < texts.size(); ++rank)
    if (!texts[rank].empty()) records[static_cast<std::size_t>(nodes[rank])] = record_from(texts[rank]);
  return records;
}

json energy_json(const std::vector<PowerRecord>& records, MeterKind kind) {
  double joules = 0, watts = 0, seconds = std::numeric_limits<double>::infinity();
  std::size_t readings = std::numeric_limits<std::size_t>::max();
  for (const PowerRecord& record : records) {
    joules += record.joules();
    watts += record.joules() / record.seconds();
    seconds = std::min(seconds, record.seconds());
    readings = std::min(readings, record.readings.size());
  }
  const std::string covers = covered_by(kind);
  return {{"kind", name_of(kind)},   {"covers", covers.empty() ? json() : json(covers)},
          {"nodes", records.size()}, {"joules", joules},
          {"mean_watts", watts},     {"seconds", seconds},
          {"readings", readings}};
}

}  // namespace

RunMeter::RunMeter(const ProcessGrid& grid, const EnergyRequest& request) : grid_(grid) {
  const Communicator& world = grid.world();
  const bool reads = grid.node_group().rank() == 0;
  FoundMeter found;
  if (reads) found = find_meter(request);
  const std::int64_t mine = found.meter ? static_cast<std::int64_t>(found.meter->kind()) : kNoMeter;
  const std::int64_t least = world.min(reads ? mine : std::numeric_limits<std::int64_t>::max()),
                     most = world.max(reads ? mine : kNoMeter);
  if (least != most) {
    line_ = "energy isn't measured: the nodes have different meters, or some have none";
  } else if (least == kNoMeter) {
    line_ = "energy isn't measured: " + found.why_none;
  } else {
    kind_ = static_cast<MeterKind>(least);
    line_ = line_of(*kind_);
    if (found.meter) recorder_ = std::make_unique<PowerRecorder>(std::move(found.meter));
  }
}

void RunMeter::start() {
  if (recorder_) recorder_->start();
}

void RunMeter::stop() {
  if (recorder_) recorder_->stop();
}

json RunMeter::report(const WritePowerLog& write, std::vector<std::string>& warnings) const {
  if (!kind_) return nullptr;
  const Communicator& world = grid_.world();
  const std::vector<int> nodes = world.all_gather(grid_.node());
  const auto texts = world.gather(recorder_ ? bytes_of(recorder_->record()) : "", 0);
  const auto complaints = world.gather(recorder_ ? recorder_->complaint() : "", 0);
  json energy;
  all_or_none(world, "the power logs", [&](const Moved& moved) {
    if (world.rank() != 0) return;
    for (std::size_t rank = 0; rank < complaints.size(); ++rank)
      if (!complaints[rank].empty())
        warnings.push_back(fmt::format("energy, node {}: {}", nodes[rank], complaints[rank]));
    const std::vector<PowerRecord> records = records_by_node(texts, nodes, grid_.nodes());
    for (std::size_t node = 0; node < records.size(); ++node)
      if (records[node].readings.empty()) {
        warnings.push_back(fmt::format("energy wasn't measured: node {} has no reading", node));
        return;
      }
    for (std::size_t node = 0; node < records.size(); ++node) {
      write(static_cast<int>(node), power_log_text(records[node], *kind_, static_cast<int>(node)));
      moved();
    }
    energy = energy_json(records, *kind_);
  });
  return energy;
}

std::string power_log_text(const PowerRecord& record, MeterKind kind, int node) {
  std::ostringstream text;
  ReadingClock clock;
  MlLog log(&text, clock, "the power log");
  json metadata{{"host", fmt::format("node_{}", node)}};
  if (const char* covers = covered_by(kind); *covers != '\0') metadata["covers"] = covers;
  clock.time = record.start;
  log.event(LogKey::ConversionEff, 1.0, {{"measurement_type", "DC"}});
  log.start(LogKey::PowerMeasurementStart, metadata);
  for (const MeterReading& reading : record.readings) {
    clock.time = reading.time;
    log.event(LogKey::PowerReading, reading.watts, metadata);
  }
  log.end(LogKey::PowerMeasurementStop, metadata);
  return text.str();
}

}  // namespace tessera
