#pragma once

#include <cstdint>
#include <memory>

#include "models/network/graph.hpp"
#include "models/train/loss.hpp"
#include "models/train/metrics.hpp"

namespace tessera {

/// The model of a benchmark: its network, loss and metric.
class WorkloadModel {
 public:
  virtual ~WorkloadModel() = default;

  /// The network for `batch` samples a replica.
  virtual Graph graph(std::int64_t batch) const = 0;
  virtual const Loss& loss() const = 0;
  virtual std::unique_ptr<Metric> make_metric() const = 0;
};

}  // namespace tessera
