#pragma once

#include <cstdint>
#include <vector>

namespace tessera {

/// What an MLPerf log says of a schedule, in the meaning the reference CosmoFlow gives the keys
/// (opt_base_learning_rate and opt_learning_rate_...).
struct ScheduleSummary {
  double base_learning_rate = 0;  // the peak, reached at the end of warm-up
  double warmup_epochs = 0;
  double warmup_factor = 1;                              // peak / the rate of the base batch size
  std::vector<std::int64_t> decay_boundary_epochs = {};  // as configured
  std::vector<double> decay_factors = {};                // relative to the peak, one a boundary
  friend bool operator==(const ScheduleSummary&, const ScheduleSummary&) = default;
};

/// The learning rate as a pure function of how far training has come. Epochs count from 0, and so do the
/// steps within an epoch.
class Schedule {
 public:
  virtual ~Schedule() = default;
  virtual double at(std::int64_t epoch, std::int64_t step) const = 0;
};

/// The rate becomes peak x factor at an epoch; which epoch is the first, each schedule says.
struct Decay {
  std::int64_t epoch = 0;
  double factor = 1;
  friend bool operator==(const Decay&, const Decay&) = default;
};

/// How the reference's peak rate follows from the global batch size.
enum class RateScaling : std::uint8_t { None, Linear, SquareRoot };

/// The reference CosmoFlow's schedule (its keys base_lr, scaling, base_batch_size, n_warmup_epochs,
/// decay_schedule). It changes only from epoch to epoch: with
///
///     peak = base_rate x (global batch / base batch), its square root, or 1
///
/// epoch e < warmup_epochs has base_rate + e (peak - base_rate) / warmup_epochs, later ones peak x the factor
/// of the last decay whose epoch lies strictly below e.
class ReferenceSchedule final : public Schedule {
 public:
  struct Settings {
    double base_rate = 0.001;
    RateScaling scaling = RateScaling::None;
    std::int64_t base_batch_size = 1;  // read only where there is scaling
    std::int64_t warmup_epochs = 0;
    std::vector<Decay> decays = {};  // in any order
  };
  ReferenceSchedule(Settings settings, std::int64_t global_batch_size);

  double at(std::int64_t epoch, std::int64_t step) const override;
  ScheduleSummary summary() const;

 private:
  Settings settings_;
  double scale_;
};

/// Schedules with a warm-up in steps and a decay of choice. Counting steps t from the start of training, the
/// first warmup_steps of them have peak (t + 1) / warmup_steps. Then comes one of
///
///     decays          peak x the factor of the last decay whose epoch has begun
///     cosine_epochs   peak (1 + cos(pi (t - warmup_steps) / (T - warmup_steps))) / 2 with T the steps of so
///                     many epochs, warm-up included: the peak at the first step, 0 when they have ended and
///                     after
///     neither         peak
class WarmupSchedule final : public Schedule {
 public:
  struct Settings {
    double peak_rate = 0.001;
    std::int64_t warmup_steps = 0;
    std::vector<Decay> decays = {};  // in any order; empty with a cosine
    std::int64_t cosine_epochs = 0;  // 0: no cosine
  };
  WarmupSchedule(Settings settings, std::int64_t steps_per_epoch);

  double at(std::int64_t epoch, std::int64_t step) const override;
  ScheduleSummary summary() const;

 private:
  double cosine(std::int64_t steps_done) const;

  Settings settings_;
  std::int64_t steps_per_epoch_;
};

}  // namespace tessera
