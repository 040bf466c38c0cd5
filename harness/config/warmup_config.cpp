#include "harness/config/warmup_config.hpp"

#include "harness/config/config_schema.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

constexpr const char* kChooser = "lr_schedule.schedule";

[[noreturn]] void throw_no_decay(const Config& config, const WarmupConfig& lr, const std::string& warmup) {
  throw InputError(
      fmt::format("lr_schedule.cosine_epochs is {}, but the warm-up takes {}", *lr.cosine_epochs, warmup),
      config.where("lr_schedule.cosine_epochs"), "end the cosine after the warm-up, or warm up for less");
}

void check_cosine(const Config& config, const WarmupConfig& lr) {
  require_key(config, kChooser, "lr_schedule.cosine_epochs", "the schedule `cosine` ends there");
  if (!lr.n_warmup_steps && *lr.cosine_epochs <= lr.n_warmup_epochs)
    throw_no_decay(config, lr, fmt::format("{} epochs", lr.n_warmup_epochs));
}

}  // namespace

std::vector<Field> warmup_fields(WarmupConfig& lr) {
  return {
      field("lr", lr.lr, positive()),
      field("n_warmup_epochs", lr.n_warmup_epochs, from(0)),
      field("n_warmup_steps", lr.n_warmup_steps, from(0)),
      field("decay_epochs", lr.decay_epochs, epochs_with_factors()),
      field("cosine_epochs", lr.cosine_epochs, from(1)),
  };
}

void check_warmup_schedule(const Config& config, const WarmupConfig& lr) {
  // A record of a configuration gives all keys: of no effect are those without a value.
  if (config.given("lr_schedule.n_warmup_steps") && lr.n_warmup_epochs > 0)
    forbid_keys(config, kChooser, {"lr_schedule.n_warmup_epochs"},
                "n_warmup_steps says how long the warm-up is");
  if (lr.schedule == ScheduleKind::Steps)
    require_key(config, kChooser, "lr_schedule.decay_epochs", "the schedule `steps` reads it");
  else if (!lr.decay_epochs.empty())
    forbid_keys(config, kChooser, {"lr_schedule.decay_epochs"}, "only the schedule `steps` reads it");
  if (lr.schedule == ScheduleKind::Cosine)
    check_cosine(config, lr);
  else
    forbid_keys(config, kChooser, {"lr_schedule.cosine_epochs"}, "only the schedule `cosine` reads it");
}

void check_warmup_steps(const Config& config, const WarmupConfig& lr, std::int64_t global_batch) {
  if (!lr.cosine_epochs || !lr.n_warmup_steps) return;
  const std::int64_t steps = config.data.n_train / global_batch;  // of an epoch
  if (*lr.n_warmup_steps / steps >= *lr.cosine_epochs)
    throw_no_decay(config, lr, fmt::format("{} steps, of which an epoch has {}", *lr.n_warmup_steps, steps));
}

WarmupSchedule::Settings warmup_settings(const WarmupConfig& lr, std::int64_t steps_per_epoch) {
  return {.peak_rate = lr.lr,
          .warmup_steps = lr.n_warmup_steps.value_or(lr.n_warmup_epochs * steps_per_epoch),
          .decays = decays_of(lr.decay_epochs),
          .cosine_epochs = lr.cosine_epochs.value_or(0)};
}

std::vector<Decay> decays_of(const std::map<std::int64_t, double>& factors) {
  std::vector<Decay> decays;
  decays.reserve(factors.size());
  for (const auto& [epoch, factor] : factors) decays.push_back({epoch, factor});
  return decays;
}

}  // namespace tessera
