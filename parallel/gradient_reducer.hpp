#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "models/network/parameters.hpp"
#include "parallel/mpi.hpp"

namespace tessera {

/// Buckets of a run: large enough that latency doesn't count, small enough that most of them travel behind
/// backward.
inline constexpr std::size_t kGradientBucketBytes = std::size_t{4} << 20;

/// Parameters [first, last), whose gradients are summed in one all-reduce.
struct GradientBucket {
  int first = 0, last = 0;
  std::size_t bytes = 0;
  friend bool operator==(const GradientBucket&, const GradientBucket&) = default;
};

/// All parameters of a store, in order. Every bucket but the last holds at least bucket_bytes; 0 gives each
/// parameter its own.
std::vector<GradientBucket> gradient_buckets(const ParameterStore& parameters, std::size_t bucket_bytes);

/// Sums the gradients of a ParameterStore over all processes, in place, while the backward pass goes on.
/// Parameters stand there in the order in which backward completes them, so neighbours share a bucket: one
/// contiguous run of the gradient buffer, all-reduced without blocking as soon as its last member is ready
/// (the bucketing of PyTorch's DistributedDataParallel; Li et al., VLDB 2020, arXiv:2006.15704).
///
/// Each step: ready(p) for every parameter once, poke() now and then, finish(). The same ranks and buckets
/// give the same bits each time. On a communicator of one it does nothing. A step allocates nothing here.
class GradientReducer {
 public:
  /// MPI counts in int.
  static constexpr std::size_t kLargestSum = std::size_t{1} << 30;

  /// Borrows both. Of a larger bucket each all-reduce sums so many elements at most.
  GradientReducer(const Communicator& world, ParameterStore& parameters, std::size_t bucket_bytes,
                  std::size_t largest_sum = kLargestSum);

  /// The gradient of a parameter is complete on this process and must not change until finish().
  void ready(int parameter);
  /// Lets MPI make progress. MPI does little on its own: call it between the steps of a backward pass.
  void poke();
  /// Waits for all sums; every parameter must be ready.
  void finish();

  int buckets() const { return static_cast<int>(buckets_.size()); }
  /// Summed over the world each step; 0 for a world of one.
  std::size_t bytes_a_step() const;

 private:
  struct Bucket {
    GradientBucket of;
    int missing;  // how many of its parameters are not ready in this step
  };

  void start(const GradientBucket& bucket);

  const Communicator* world_;
  ParameterStore* parameters_;
  std::size_t largest_sum_;
  std::vector<Bucket> buckets_;
  std::vector<int> bucket_of_;  // by parameter
  std::vector<Request> requests_;
  // In this step: buckets that are under way or done, their requests, and of these the first that are done.
  std::size_t started_ = 0, requested_ = 0, done_ = 0;
};

}  // namespace tessera
