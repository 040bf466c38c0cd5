#include "harness/run/run_end.hpp"

namespace tessera {
namespace {

// As Keras' early stopping on the validation loss, with the reference's least improvement: only ever after an
// epoch without one.
bool is_out_of_patience(const std::vector<EpochRecord>& epochs, const Config& config) {
  if (!config.train.early_stopping_patience) return false;
  constexpr double kLeastImprovement = 1e-5;
  double best = epochs.front().validation_loss;
  std::int64_t since_best = 0;
  for (const EpochRecord& record : epochs) {
    ++since_best;
    if (record.epoch == 1 || record.validation_loss < best - kLeastImprovement) {
      best = record.validation_loss;
      since_best = 0;
    }
  }
  return since_best > 0 && since_best >= *config.train.early_stopping_patience;
}

}  // namespace

std::optional<RunEnd> end_of_run(const std::vector<EpochRecord>& epochs, const Workload& workload,
                                 const Config& config, std::int64_t max_epochs) {
  if (epochs.empty()) return std::nullopt;
  if (workload.reached(epochs.back().metric)) return RunEnd::TargetReached;
  if (is_out_of_patience(epochs, config) || epochs.back().epoch >= max_epochs) return RunEnd::TargetMissed;
  return std::nullopt;
}

}  // namespace tessera
