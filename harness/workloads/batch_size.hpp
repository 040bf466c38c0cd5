#pragma once

#include <cstdint>

#include "harness/config/config.hpp"

namespace tessera {

struct BatchSize {
  std::int64_t global = 0;   // samples a step, of all replicas
  std::int64_t replica = 0;  // samples that one sends through the network at once
  std::int64_t passes = 1;   // of each replica a step, whose gradients are added before the update

  std::int64_t replicas() const { return global / (replica * passes); }
  friend bool operator==(const BatchSize&, const BatchSize&) = default;
};

/// The batch of a step on `replicas` >= 1, from data.batch_size, data.global_batch_size or both, and
/// train.gradient_accumulation_frequency. Throws InputError when they contradict each other, and when the
/// global batch is not a multiple of the passes of all replicas (naming the numbers that would do).
BatchSize batch_of_step(const Config& config, std::int64_t replicas);
/// The same of a run, of which it throws InputError, too, when an epoch has fewer samples than one global
/// batch.
BatchSize resolve_batch(const Config& config, std::int64_t replicas);

}  // namespace tessera
