#include "harness/bench/link_bench.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "harness/process/message_times.hpp"
#include "models/base/tensor.hpp"

namespace tessera {
namespace {

constexpr std::size_t kShort = 8, kLong = std::size_t{4} << 20;

std::size_t index_of_node(const Communicator& world) {
  const Communicator node = world.node_local();
  return static_cast<std::size_t>(node.min(world.rank()));  // by its first rank
}

// The first other rank that is on the first one's node, or isn't.
std::optional<int> partner(const Communicator& world, bool inside) {
  const std::vector<std::size_t> nodes = world.all_gather(index_of_node(world));
  for (int rank = 1; rank < world.size(); ++rank)
    if ((nodes[static_cast<std::size_t>(rank)] == nodes[0]) == inside) return rank;
  return std::nullopt;
}

// Seconds of handing one short message over.
double handing_over(const Communicator& world, int to, std::int64_t repeats) {
  constexpr int kMessages = 64;
  const AlignedBytes data(kShort);
  std::vector<AlignedBytes> received;
  received.reserve(kMessages);
  for (int i = 0; i < kMessages; ++i) received.emplace_back(kShort);
  std::vector<double> seconds;
  for (std::int64_t i = 0; i <= repeats; ++i) {
    std::vector<Request> requests;
    requests.reserve(kMessages);
    world.barrier();
    const Stopwatch watch;
    if (world.rank() == 0)
      for (int m = 0; m < kMessages; ++m) requests.push_back(world.start_send({data.data(), kShort}, to, 0));
    seconds.push_back(watch.seconds() / kMessages);
    if (world.rank() == to)
      for (int m = 0; m < kMessages; ++m)
        requests.push_back(world.start_receive({received[static_cast<std::size_t>(m)].data(), kShort}, 0, 0));
    wait_all(requests);
  }
  return world.all_gather(median(seconds))[0];
}

Request start_sum_of(const Communicator& world, AlignedBytes& data) {
  return world.start_sum(std::span(reinterpret_cast<float*>(data.data()), data.size() / sizeof(float)));
}

// Reads and writes its own memory for a while, as a kernel does.
void compute_for(double seconds) {
  volatile double kept = 0;
  for (const Stopwatch watch; watch.seconds() < seconds;)
    for (int i = 0; i < 100; ++i) kept = kept + i;
}

}  // namespace

std::optional<LinkDescription> bench_link(const Communicator& world, bool inside, std::int64_t repeats) {
  const std::optional<int> to = partner(world, inside);
  if (!to) return std::nullopt;
  LinkDescription link;
  link.way.latency = ping_pong_seconds(world, {0, *to}, kShort, repeats);
  const double whole = ping_pong_seconds(world, {0, *to}, kLong, repeats);
  link.way.bandwidth = static_cast<double>(kLong) / std::max(whole - link.way.latency, 1e-9);
  link.message_rate = 1 / std::max(handing_over(world, *to, repeats), 1e-9);
  return link;
}

std::map<std::string, double> bench_all_reduce(const Communicator& world, std::int64_t repeats) {
  std::map<std::string, double> all;
  if (world.size() == 1) return all;
  for (const std::size_t bytes : {std::size_t{8}, std::size_t{4} << 10, std::size_t{64} << 10,
                                  std::size_t{1} << 20, std::size_t{4} << 20, std::size_t{32} << 20}) {
    AlignedBytes data(bytes);
    const double mine = median_seconds(world, repeats, [&] {
      Request request = start_sum_of(world, data);
      wait(request);
    });
    all[std::to_string(bytes)] = min_median_max_over_ranks(world, mine).max;
  }
  return all;
}

double bench_all_reduce_overlap(const Communicator& world, std::int64_t repeats) {
  constexpr int kPieces = 10;  // of computing, with a look at the sum after each
  if (world.size() == 1) return 1;
  AlignedBytes data(kLong);
  const auto timed = [&](double computing) {
    return min_median_max_over_ranks(world, median_seconds(world, repeats,
                                                           [&] {
                                                             Request request = start_sum_of(world, data);
                                                             for (int i = 0; i < kPieces && computing > 0;
                                                                  ++i) {
                                                               compute_for(computing / kPieces);
                                                               request.test();
                                                             }
                                                             wait(request);
                                                           }))
        .max;
  };
  const double alone = timed(0), computing = 2 * alone, both = timed(computing);
  return std::clamp(1 - (both - computing) / alone, 0.0, 1.0);
}

double bench_memory(const Communicator& world, std::int64_t repeats) {
  constexpr std::size_t kBytes = std::size_t{64} << 20;
  const double mine = 2 * static_cast<double>(kBytes) / memcpy_seconds(world, kBytes, repeats);
  const std::vector<double> rates = world.all_gather(mine);
  const std::vector<std::size_t> nodes = world.all_gather(index_of_node(world));
  double sum = 0;
  for (std::size_t rank = 0; rank < rates.size(); ++rank) sum += nodes[rank] == nodes[0] ? rates[rank] : 0;
  return sum;
}

}  // namespace tessera
