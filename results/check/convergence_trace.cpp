#include "results/check/convergence_trace.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "results/check/benchmark.hpp"
#include "results/log/log_value.hpp"

namespace tessera {

void ConvergenceTrace::add(const LogEntry& entry) {
  if (entry.key == LogKey::GlobalBatchSize) batch_ = entry.value;
  if (is_metric(entry.key)) {
    const nlohmann::json* epoch = entry.find_metadata("epoch_num");
    const std::optional<double> number = epoch == nullptr ? std::nullopt : number_of(*epoch);
    if (!number || std::isnan(*number)) return add_broken(entry, "without a number as its epoch_num");
    constexpr double kDigits = 1000;
    latest_epoch_ = std::abs(*number) < 1e12 ? std::nearbyint(*number * kDigits) / kDigits : *number;
  }
  if (entry.key == LogKey::RunStop) add_stop(entry);
}

void ConvergenceTrace::add_stop(const LogEntry& entry) {
  const nlohmann::json* status = entry.find_metadata("status");
  if (status == nullptr) return add_broken(entry, "without a status");
  epochs_.reset();
  if (*status != "success") return;
  if (!latest_epoch_) return add_broken(entry, "of status success without an evaluation above it");
  epochs_ = latest_epoch_;
}

void ConvergenceTrace::add_broken(const LogEntry& entry, const char* why) {
  if (broken_.empty()) broken_ = fmt::format("{} {} in line {}", name_of(entry.key), why, entry.line);
}

double ConvergenceTrace::epochs() const {
  return epochs_.value_or(std::numeric_limits<double>::infinity());
}

}  // namespace tessera
