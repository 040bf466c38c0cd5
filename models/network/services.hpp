#pragma once

#include <cstdint>
#include <span>

#include "models/base/tensor.hpp"

/// What a network asks of the world outside its process. `parallel` implements it with messages.
namespace tessera {

/// One reading edge of the graph: brings the box that an operation wants from the processes that own parts of
/// it, and takes the gradient home again. Each start must be followed by its finish before the next start.
class Exchange {
 public:
  virtual ~Exchange() = default;
  /// owned: this process's part of the tensor; wanted: the dense buffer to fill, owned part included. The
  /// owned part may lie in its very place in the wanted one's memory, and so may its gradient; it can be read
  /// there once start_gather has returned.
  virtual void start_gather(ConstTensorView owned, TensorView wanted) = 0;
  virtual void finish_gather() = 0;
  /// The adjoint: owned_gradient becomes the sum over all processes of what they hold for those elements:
  /// this one's first, then the others' in order of process, so that a run repeats bit for bit.
  virtual void start_scatter_add(ConstTensorView wanted_gradient, TensorView owned_gradient) = 0;
  virtual void finish_scatter_add() = 0;
  /// Lets messages progress; between a start and its finish.
  virtual void poke() {}
};

/// Sum over a group of processes, in place; every member gets the same bits.
class GroupSum {
 public:
  virtual ~GroupSum() = default;
  virtual void sum(std::span<double> values) = 0;
};

/// A group of one.
class NoGroupSum final : public GroupSum {
 public:
  void sum(std::span<double>) override {}
};

}  // namespace tessera
