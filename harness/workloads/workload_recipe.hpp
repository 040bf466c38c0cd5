#pragma once

#include <cstdint>
#include <memory>

#include "harness/workloads/batch_size.hpp"
#include "models/train/optimizer.hpp"
#include "models/train/schedule.hpp"

namespace tessera {

/// How a benchmark trains, and until when.
class WorkloadRecipe {
 public:
  virtual ~WorkloadRecipe() = default;

  virtual std::unique_ptr<Optimizer> make_optimizer(ParameterStore& parameters) const = 0;
  /// One epoch has data.n_train / global_batch steps.
  virtual std::unique_ptr<Schedule> make_schedule(std::int64_t global_batch) const = 0;
  /// How many of the replicas share batch statistics; 0 where nothing is normalised.
  virtual std::int64_t norm_replicas(std::int64_t replicas) const = 0;
  /// Throws InputError where the configuration doesn't fit a run with this batch.
  virtual void check(const BatchSize& batch) const = 0;
  /// Of the metric: training ends when an evaluation reached it.
  virtual double target() const = 0;
  virtual bool reached(double value) const = 0;
};

}  // namespace tessera
