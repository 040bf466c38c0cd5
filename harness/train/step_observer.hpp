#pragma once

#include <cstdint>

#include "models/network/program.hpp"

namespace tessera {

/// What a training step does beside the network's passes, in this order.
enum class StepPhase : std::uint8_t { Loss, Reduction, Update };

/// Called after each part of a training step; used to time them.
class StepObserver {
 public:
  virtual ~StepObserver() = default;
  /// A forward or a backward pass of the network begins.
  virtual void begin_pass() = 0;
  /// A step of the network's program is done.
  virtual void done(const ProgramStep& step) = 0;
  virtual void done(StepPhase phase) = 0;
};

}  // namespace tessera
