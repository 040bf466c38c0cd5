#pragma once

#include <barrier>
#include <cstring>
#include <utility>
#include <vector>

#include "models/network/services.hpp"
#include "parallel/place.hpp"

namespace tessera::test {

/// The processes of one replica played by threads of one process: what they show each other, edge by edge.
struct ThreadGroup {
  explicit ThreadGroup(int processes)
      : barrier(processes), gathered(processes), scattered(processes), summands(processes) {}

  std::barrier<> barrier;
  std::vector<ConstTensorView> gathered, scattered;  // by process: what it shows in the exchange under way
  std::vector<std::vector<double>> summands;         // by process: of the sum under way
};

/// An exchange by plain loops over all processes: what MPI is to do, said in the simplest way. The boxes are
/// those of every process's placement.
class ThreadExchange final : public Exchange {
 public:
  ThreadExchange(ThreadGroup& group, int me, std::vector<Box> owned)
      : group_(group), me_(me), owned_(std::move(owned)) {}

  void start_gather(ConstTensorView owned, TensorView wanted) override {
    group_.gathered[me_] = show(owned);
    group_.barrier.arrive_and_wait();
    for (std::size_t q = 0; q < owned_.size(); ++q)
      copy_box(group_.gathered[q], wanted, non_empty(intersect(owned_[q], wanted.layout.box)));
    group_.barrier.arrive_and_wait();
  }
  void finish_gather() override {}

  void start_scatter_add(ConstTensorView wanted_gradient, TensorView owned_gradient) override {
    group_.scattered[me_] = show(wanted_gradient);
    group_.barrier.arrive_and_wait();
    std::memset(owned_gradient.bytes, 0, owned_gradient.layout.bytes());
    add_pieces(group_.scattered, owned_gradient);
    group_.barrier.arrive_and_wait();
  }
  void finish_scatter_add() override {}

 private:
  // A copy, as the tensor to be filled may lie in the same memory.
  ConstTensorView show(ConstTensorView tensor) {
    shown_ = Tensor(tensor.layout);
    copy_box(tensor, shown_.view(), tensor.layout.box);
    return std::as_const(shown_).view();
  }
  static Box non_empty(const Box& box) { return box.empty() ? Box{} : box; }

  ThreadGroup& group_;
  int me_;
  std::vector<Box> owned_;  // of the producer, by process
  Tensor shown_;
};

}  // namespace tessera::test
