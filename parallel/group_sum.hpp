#pragma once

#include "models/network/services.hpp"
#include "parallel/mpi.hpp"

namespace tessera {

/// The sum over a communicator's members, for batch statistics and global pooling. Borrows the communicator.
/// Waits name the layer that was computed last (WaitNotes), since this one doesn't know its own.
class MpiGroupSum final : public GroupSum {
 public:
  explicit MpiGroupSum(const Communicator& group) : group_(&group) {}
  void sum(std::span<double> values) override {
    if (group_->size() > 1) group_->sum(values, {"a sum over parts", WaitedFor::Kind::InLayer});
  }

 private:
  const Communicator* group_;
};

}  // namespace tessera
