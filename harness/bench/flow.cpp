#include "harness/bench/flow.hpp"

#include <algorithm>
#include <cstring>
#include <exception>
#include <vector>

#include "harness/process/message_times.hpp"
#include "harness/process/stopwatch.hpp"
#include "io/files/plain_file.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

// Nobody leaves while others wait: an error is thrown when all have come to the end.
double seconds_of(const Communicator& world, const std::function<void()>& work) {
  std::exception_ptr failure;
  world.barrier();
  const Stopwatch watch;
  try {
    work();
  } catch (...) {
    failure = std::current_exception();
  }
  const double seconds = watch.seconds();
  all_or_none(world, [&] {
    if (failure) std::rethrow_exception(failure);
  });
  return seconds;
}

}  // namespace

BenchedFlow time_flow(const Communicator& world, std::int64_t repeats, const Flow& flow) {
  std::vector<double> seconds, ceiling_seconds;
  for (std::int64_t round = -1; round < repeats; ++round) {
    flow.prepare();
    const double of_body = seconds_of(world, [&] { flow.body(static_cast<int>(round + 1)); });
    const double of_ceiling = seconds_of(world, flow.ceiling);
    if (round < 0) continue;
    seconds.push_back(of_body);
    ceiling_seconds.push_back(of_ceiling);
  }
  return {flow.name, flow.bytes, min_median_max_over_ranks(world, median(seconds)), flow.ceiling_name,
          min_median_max_over_ranks(world, median(ceiling_seconds))};
}

MemoryCopy::MemoryCopy(std::size_t bytes, std::size_t times)
    : from_(std::make_shared<AlignedBytes>(bytes)),
      to_(std::make_shared<AlignedBytes>(bytes)),
      times_(times) {}

void MemoryCopy::operator()() const {
  for (std::size_t i = 0; i < times_; ++i) std::memcpy(to_->data(), from_->data(), from_->size());
}

void read_plainly(const std::filesystem::path& file, std::span<std::byte> into) {
  const PlainFile plain(file);
  plain.read(0, into.first(std::min<std::size_t>(into.size(), plain.bytes())));
}

}  // namespace tessera
