#include "harness/workloads/batch_size.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

#include "models/base/error.hpp"

namespace tessera {
namespace {

std::string divisors_of(std::int64_t number) {
  std::vector<std::int64_t> low, high;
  for (std::int64_t d = 1; d * d <= number; ++d) {
    if (number % d != 0) continue;
    low.push_back(d);
    if (d * d != number) high.insert(high.begin(), number / d);
  }
  low.insert(low.end(), high.begin(), high.end());
  return fmt::format("{}", fmt::join(low, ", "));
}

std::string multiples_around(std::int64_t number, std::int64_t of) {
  const std::int64_t below = number / of * of;
  return below == 0 ? fmt::format("{}", of) : fmt::format("{} or {}", below, below + of);
}

[[noreturn]] void throw_indivisible(const Config& config, std::int64_t global, std::int64_t replicas) {
  const std::int64_t passes = config.train.gradient_accumulation_frequency;
  const std::string in_passes = passes > 1 ? fmt::format(" in {} passes each", passes) : "";
  std::string other = "lower train.gradient_accumulation_frequency";
  if (global % passes == 0)
    other = fmt::format("start so many processes that there are {} replicas", divisors_of(global / passes));
  throw InputError(fmt::format("a global batch of {} samples can't be divided among {} replicas{}", global,
                               replicas, in_passes),
                   config.where("data.global_batch_size"),
                   fmt::format("set data.global_batch_size to {}, or {}",
                               multiples_around(global, replicas * passes), other));
}

}  // namespace

BatchSize batch_of_step(const Config& config, std::int64_t replicas) {
  const DataConfig& data = config.data;
  const std::int64_t passes = config.train.gradient_accumulation_frequency;
  const std::int64_t together = replicas * passes;
  const std::int64_t global = data.global_batch_size ? *data.global_batch_size : *data.batch_size * together;
  if (global % together != 0) throw_indivisible(config, global, replicas);
  if (data.batch_size && *data.batch_size * together != global)
    throw InputError(
        fmt::format("data.batch_size {} on {} replicas{} makes {}, but data.global_batch_size is {}",
                    *data.batch_size, replicas, passes > 1 ? fmt::format(" in {} passes", passes) : "",
                    *data.batch_size * together, global),
        config.where("data.global_batch_size"), "remove one of the two");
  return {global, global / together, passes};
}

BatchSize resolve_batch(const Config& config, std::int64_t replicas) {
  const DataConfig& data = config.data;
  const std::int64_t passes = config.train.gradient_accumulation_frequency;
  if (std::max(data.batch_size.value_or(1), passes) > data.n_train)
    throw InputError(
        fmt::format("an epoch has {} samples, fewer than data.batch_size {} or the {} passes of a step",
                    data.n_train, data.batch_size.value_or(1), passes),
        config.where("data.n_train"), "lower the batch or train on more samples");
  const BatchSize batch = batch_of_step(config, replicas);
  if (batch.global > data.n_train)
    throw InputError(
        fmt::format("an epoch has {} samples, fewer than the global batch of {}", data.n_train, batch.global),
        config.where("data.n_train"), "lower the batch, start fewer processes or train on more samples");
  return batch;
}

}  // namespace tessera
