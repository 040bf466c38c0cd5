#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "harness/energy/energy_meter.hpp"

namespace tessera {

/// The readings of one node, from the start of a measurement to the last of them.
struct PowerRecord {
  Milliseconds start{};
  std::vector<MeterReading> readings;  // in the order of time

  double joules() const;   // sum of reading × time since the last one
  double seconds() const;  // from the start to the last reading
  bool operator==(const PowerRecord&) const = default;
};

/// Reads a meter at even times on a thread of its own, which sleeps otherwise.
class PowerRecorder {
 public:
  /// Twice as often as the rules ask for, so that a late one isn't missed.
  static constexpr Milliseconds kInterval{500};

  explicit PowerRecorder(std::unique_ptr<EnergyMeter> meter, Milliseconds interval = kInterval);
  ~PowerRecorder();
  PowerRecorder(const PowerRecorder&) = delete;
  PowerRecorder& operator=(const PowerRecorder&) = delete;

  void start();
  /// Ends with one more reading.
  void stop();

  /// After stop().
  const PowerRecord& record() const { return record_; }
  std::string complaint() const { return meter_->complaint(); }

 private:
  void read_until(const std::stop_token& stopped);

  std::unique_ptr<EnergyMeter> meter_;
  Milliseconds interval_;
  SystemClock clock_;
  PowerRecord record_;
  std::jthread thread_;
};

}  // namespace tessera
