#include "harness/run/history.hpp"

#include <fmt/core.h>

namespace tessera {

std::string history_csv(const std::vector<EpochRecord>& epochs, const std::string& metric_column) {
  std::string text = fmt::format(
      "epoch,lr,loss,val_loss,{},training_seconds,evaluation_seconds,samples_per_second\n", metric_column);
  for (const EpochRecord& e : epochs)
    text += fmt::format("{},{:.17g},{:.17g},{:.17g},{:.17g},{:.3f},{:.3f},{:.6g}\n", e.epoch, e.learning_rate,
                        e.loss, e.validation_loss, e.metric, e.training_seconds, e.evaluation_seconds,
                        e.samples_per_second);
  return text;
}

}  // namespace tessera
