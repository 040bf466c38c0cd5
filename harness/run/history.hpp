#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tessera {

/// What one epoch came to.
struct EpochRecord {
  std::int64_t epoch = 1;    // counted from 1, as in the log
  double learning_rate = 0;  // of the last step
  double loss = 0;           // mean over the epoch's steps
  double validation_loss = 0, metric = 0;
  double training_seconds = 0, evaluation_seconds = 0;
  double samples_per_second = 0;  // training samples of all replicas
};

/// history.csv: one line an epoch, with Keras' names for what Keras has too.
std::string history_csv(const std::vector<EpochRecord>& epochs, const std::string& metric_column);

}  // namespace tessera
