#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "results/log/log_entry.hpp"

namespace tessera {

/// A meter's power at a time.
struct PowerReading {
  std::size_t line = 0;
  double time_ms = 0, watts = 0;
};

/// An entry whose value is no finite number, where one is counted.
struct BadPowerValue {
  LogKey key{};
  std::size_t line = 0;
  std::string found;
};

/// What the power log of one node or switch says, power/<result>/node_<k>.txt or sw_<m>.txt. As officially,
/// its entries are taken in the order of their times: readings count between power_measurement_start and
/// power_measurement_stop, each for the time since the one before.
struct PowerLog {
  std::string file;
  std::string unreadable;           // why it couldn't be read; empty if it could
  std::size_t malformed_lines = 0;  // which are passed over
  std::optional<double> start_ms, stop_ms;
  std::vector<PowerReading> readings;        // those that count
  std::optional<std::size_t> stepping_back;  // the first line whose time is before that of the one above
  double joules = 0;                         // sum of reading × time since the last one
  std::optional<double> conversion;          // conversion_eff, which a power is multiplied by
  std::string measurement_type;              // AC or DC, as its metadata says
  std::optional<double> interconnect_watts;  // of a switch: the first interconnect_power_est
  std::string covers;                        // what part of a node the meter covers; empty: all of it
  std::optional<BadPowerValue> bad_value;    // the first

  /// When the measurement ends: at its stop, else at its last reading.
  std::optional<double> end_ms() const;
};

/// Reads a power log as tolerantly as a result log. Never throws for what the file is or says.
PowerLog read_power_log(const std::filesystem::path& path);

/// Energy of a run of so many seconds in joules: the mean power of the measurement × conversion × the time of
/// the run. Nothing where there is no measurement to take a mean of.
std::optional<double> node_joules(const PowerLog& log, double run_seconds);
/// Of a switch: its estimate × conversion × the time of the run; without an estimate 0, as officially.
double switch_joules(const PowerLog& log, double run_seconds);

}  // namespace tessera
