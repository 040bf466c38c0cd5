#pragma once

#include "harness/workloads/sample_prediction.hpp"
#include "harness/workloads/workload_data.hpp"
#include "harness/workloads/workload_log.hpp"
#include "harness/workloads/workload_model.hpp"
#include "harness/workloads/workload_recipe.hpp"

namespace tessera {

/// One benchmark in all its roles, as a configuration has it. Who needs one of them takes that alone.
class Workload : public WorkloadModel, public WorkloadRecipe, public WorkloadData, public WorkloadLog {
 public:
  /// Null where the benchmark gives pixels no classes.
  virtual const SamplePrediction* sample_prediction() const { return nullptr; }
};

}  // namespace tessera
