#include "harness/bench/reduce_bench.hpp"

#include <fmt/core.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "harness/process/message_times.hpp"
#include "models/base/error.hpp"
#include "parallel/gradient_reducer.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

Request start_sum(const Communicator& world, AlignedBytes& data, Element element) {
  return with_wide_element(element, [&]<class T>(T) {
    return world.start_sum(std::span(reinterpret_cast<T*>(data.data()), data.size() / sizeof(T)));
  });
}

double all_reduce_seconds(const Communicator& world, std::size_t bytes, Element element,
                          std::int64_t repeats) {
  AlignedBytes data(bytes);
  return median_seconds(world, repeats, [&] {
    Request request = start_sum(world, data, element);
    wait(request);
  });
}

double reducer_seconds(const Communicator& world, ParameterStore& parameters, std::size_t bucket_bytes,
                       std::int64_t repeats) {
  GradientReducer reducer(world, parameters, bucket_bytes);
  return median_seconds(world, repeats, [&] {
    for (int p = 0; p < parameters.trained(); ++p) reducer.ready(p);
    reducer.finish();
  });
}

BenchedReduction bench_reduction(const Communicator& world, const std::vector<ParameterSpec>& specs,
                                 Element element, std::size_t bucket_bytes, std::int64_t repeats) {
  ParameterStore parameters(specs, element);
  const std::size_t bytes = parameters.trained_bytes();
  BenchedReduction benched;
  for (const ParameterSpec& spec : specs) benched.parameters.push_back(spec.name);
  benched.bytes = bytes;
  benched.seconds =
      min_median_max_over_ranks(world, reducer_seconds(world, parameters, bucket_bytes, repeats));
  benched.all_reduce_seconds =
      min_median_max_over_ranks(world, all_reduce_seconds(world, bytes, element, repeats));
  benched.memcpy_seconds = min_median_max_over_ranks(world, memcpy_seconds(world, bytes, repeats));
  return benched;
}

nlohmann::json reduction_json(const BenchedReduction& r) {
  return {{"parameters", r.parameters},
          {"bytes", r.bytes},
          {"seconds", to_json(r.seconds)},
          {"all_reduce_seconds", to_json(r.all_reduce_seconds)},
          {"memcpy_seconds", to_json(r.memcpy_seconds)}};
}

std::string reduction_text(const std::string& name, const BenchedReduction& r) {
  return fmt::format("{:<28} {:>9.3f} {:>9.3f} {:>10.3f} {:>9.3f} {:>6.2f}\n", name,
                     static_cast<double>(r.bytes) / 1e6, 1e3 * r.seconds.max, 1e3 * r.all_reduce_seconds.max,
                     1e3 * r.memcpy_seconds.max, r.seconds.max / r.all_reduce_seconds.max);
}

}  // namespace

ReduceBench bench_reductions(const Graph& graph, const Communicator& world, Element element,
                             std::int64_t repeats) {
  all_or_none(world, [&] {
    if (world.size() == 1)
      throw InputError("one rank has nothing to sum", "bench reduce", "start it under mpiexec on several");
  });
  const std::vector<ParameterSpec> specs = graph.parameters();
  const Element summed = wide(element);
  ReduceBench bench{world.size(), repeats, summed, {}, {}};
  constexpr std::size_t kOneBucket = std::numeric_limits<std::size_t>::max();
  const ParameterStore store(specs, summed);
  for (const GradientBucket& b : gradient_buckets(store, kGradientBucketBytes))
    bench.buckets.push_back(bench_reduction(world, {specs.begin() + b.first, specs.begin() + b.last}, summed,
                                            kOneBucket, repeats));
  bench.all = bench_reduction(world, {specs.begin(), specs.begin() + store.trained()}, summed,
                              kGradientBucketBytes, repeats);
  return bench;
}

nlohmann::json to_json(const ReduceBench& bench) {
  nlohmann::json buckets = nlohmann::json::array();
  for (const BenchedReduction& bucket : bench.buckets) buckets.push_back(reduction_json(bucket));
  return {{"ranks", bench.ranks},
          {"repeats", bench.repeats},
          {"element", name_of(bench.element)},
          {"buckets", buckets},
          {"all", reduction_json(bench.all)}};
}

std::string to_string(const ReduceBench& bench) {
  std::string text = fmt::format(
      "{} ranks, {}; medians of {} rounds on the slowest rank, in ms\n{:<28} {:>9} {:>9} {:>10} {:>9} "
      "{:>6}\n",
      bench.ranks, name_of(bench.element), bench.repeats, "bucket, by its first gradient", "MB", "alone",
      "all-reduce", "memcpy", "ratio");
  for (const BenchedReduction& bucket : bench.buckets)
    text += reduction_text(bucket.parameters.front(), bucket);
  return text + reduction_text("all of a step together", bench.all);
}

}  // namespace tessera
