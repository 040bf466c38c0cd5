#include "harness/energy/power_recorder.hpp"

#include <condition_variable>
#include <mutex>
#include <utility>

namespace tessera {

double PowerRecord::joules() const {
  double joules = 0;
  Milliseconds before = start;
  for (const MeterReading& reading : readings) {
    joules += reading.watts * static_cast<double>((reading.time - before).count()) / 1000;
    before = reading.time;
  }
  return joules;
}

double PowerRecord::seconds() const {
  return readings.empty() ? 0 : static_cast<double>((readings.back().time - start).count()) / 1000;
}

PowerRecorder::PowerRecorder(std::unique_ptr<EnergyMeter> meter, Milliseconds interval)
    : meter_(std::move(meter)), interval_(interval) {}

PowerRecorder::~PowerRecorder() = default;

void PowerRecorder::start() {
  record_.start = clock_.now();
  meter_->start(record_.start);
  thread_ = std::jthread([this](const std::stop_token& stopped) { read_until(stopped); });
}

void PowerRecorder::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  meter_->read(clock_.now(), record_.readings);
}

// By a plan of times, so that readings don't drift.
void PowerRecorder::read_until(const std::stop_token& stopped) {
  std::mutex mutex;
  std::condition_variable_any asleep;
  std::unique_lock lock(mutex);
  auto next = std::chrono::steady_clock::now();
  while (true) {
    next += interval_;
    if (asleep.wait_until(lock, stopped, next, [&] { return stopped.stop_requested(); })) return;
    meter_->read(clock_.now(), record_.readings);
  }
}

}  // namespace tessera
