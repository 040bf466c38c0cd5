#include "parallel/gradient_reducer.hpp"

#include <algorithm>
#include <cassert>

namespace tessera {
namespace {

template <class T>
std::span<T> run_of(ParameterStore& parameters, int first, int last) {
  T* gradients = reinterpret_cast<T*>(parameters.gradients());
  return {gradients + parameters.offset(first), parameters.offset(last) - parameters.offset(first)};
}

}  // namespace

std::vector<GradientBucket> gradient_buckets(const ParameterStore& parameters, std::size_t bucket_bytes) {
  std::vector<GradientBucket> buckets;
  int first = 0;
  for (int last = 1; last <= parameters.trained(); ++last) {
    const std::size_t bytes =
        (parameters.offset(last) - parameters.offset(first)) * bytes_of(parameters.element());
    if (bytes < bucket_bytes && last < parameters.trained()) continue;
    buckets.push_back({first, last, bytes});
    first = last;
  }
  return buckets;
}

GradientReducer::GradientReducer(const Communicator& world, ParameterStore& parameters,
                                 std::size_t bucket_bytes, std::size_t largest_sum)
    : world_(&world), parameters_(&parameters), largest_sum_(largest_sum) {
  if (world.size() == 1) return;
  std::size_t requests = 0;
  for (const GradientBucket& bucket : gradient_buckets(parameters, bucket_bytes)) {
    const int members = bucket.last - bucket.first;
    bucket_of_.insert(bucket_of_.end(), static_cast<std::size_t>(members), buckets());
    buckets_.push_back({bucket, members});
    const std::size_t elements = bucket.bytes / bytes_of(parameters.element());
    requests += (elements + largest_sum - 1) / largest_sum;
  }
  requests_.resize(requests);
}

void GradientReducer::ready(int parameter) {
  if (buckets_.empty()) return;
  Bucket& bucket = buckets_[bucket_of_[parameter]];
  assert(bucket.missing > 0 && "a parameter was ready twice in one step");
  --bucket.missing;
  // In order of bucket, not of completion: all members must start the same collectives in the same order.
  while (started_ < buckets_.size() && buckets_[started_].missing == 0) start(buckets_[started_++].of);
  poke();
}

void GradientReducer::start(const GradientBucket& bucket) {
  with_wide_element(parameters_->element(), [&]<class T>(T) {
    std::span<T> left = run_of<T>(*parameters_, bucket.first, bucket.last);
    while (!left.empty()) {
      const std::size_t now = std::min(left.size(), largest_sum_);
      requests_[requested_++] = world_->start_sum(left.first(now));
      left = left.subspan(now);
    }
  });
}

void GradientReducer::poke() {
  for (std::size_t i = done_; i < requested_; ++i)
    if (requests_[i].test() && i == done_) ++done_;
}

void GradientReducer::finish() {
  assert(started_ == buckets_.size() && "a parameter's gradient never became ready");
  wait_all(requests_, {"the sum of gradients"});
  for (Bucket& bucket : buckets_) bucket.missing = bucket.of.last - bucket.of.first;
  started_ = requested_ = done_ = 0;
}

std::size_t GradientReducer::bytes_a_step() const {
  return buckets_.empty() ? 0 : parameters_->trained_bytes();
}

}  // namespace tessera
