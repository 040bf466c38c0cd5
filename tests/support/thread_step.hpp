#pragma once

#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "parallel/place.hpp"
#include "support/first_step.hpp"
#include "support/thread_exchange.hpp"

namespace tessera::test {

/// A sum over the processes that threads play, in their order.
class ThreadSum final : public GroupSum {
 public:
  ThreadSum(ThreadGroup& group, int me) : group_(group), me_(me) {}

  void sum(std::span<double> values) override {
    group_.summands[me_] = {values.begin(), values.end()};
    group_.barrier.arrive_and_wait();
    std::ranges::fill(values, 0.0);
    for (const std::vector<double>& summand : group_.summands)
      for (std::size_t i = 0; i < values.size(); ++i) values[i] += summand[i];
    group_.barrier.arrive_and_wait();
  }

 private:
  ThreadGroup& group_;
  int me_;
};

/// Part `part`'s share of a training step in double precision.
inline FirstStep step_of_part(const Graph& graph, const Partition& partition, int part, ThreadGroup& group,
                              Overlap overlap) {
  const auto exchange = [&](NodeId reader, std::size_t input) -> std::unique_ptr<Exchange> {
    std::vector<Box> owned;
    for (int p = 0; p < partition.parts(); ++p)
      owned.push_back(place(graph, partition, p).owned[graph.node(reader).inputs[input]]);
    return std::make_unique<ThreadExchange>(group, part, owned);
  };
  const auto kernels = make_reference_kernels(Element::F64);
  ThreadSum sum(group, part);
  return first_step(graph, place(graph, partition, part, overlap), partition.parts(), *kernels, exchange,
                    sum);
}

/// Sum of all parts' shares, each part a thread.
inline FirstStep step_of(const Graph& graph, GridDims dims, Overlap overlap = Overlap::Auto) {
  const Partition partition(dims);
  ThreadGroup group(partition.parts());
  std::vector<FirstStep> parts(static_cast<std::size_t>(partition.parts()));
  std::vector<std::thread> threads;
  for (int part = 0; part < partition.parts(); ++part)
    threads.emplace_back([&, part] { parts[part] = step_of_part(graph, partition, part, group, overlap); });
  for (std::thread& thread : threads) thread.join();
  FirstStep sum = parts[0];
  for (std::size_t part = 1; part < parts.size(); ++part) {
    sum.loss += parts[part].loss;
    for (std::size_t i = 0; i < sum.gradients.size(); ++i) sum.gradients[i] += parts[part].gradients[i];
  }
  return sum;
}

}  // namespace tessera::test
