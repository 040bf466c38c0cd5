#include "harness/process/message_times.hpp"

#include <algorithm>
#include <cstring>

#include "models/base/tensor.hpp"

namespace tessera {
namespace {

void send_and_wait(const Communicator& comm, const AlignedBytes& data, int to) {
  Request request = comm.start_send({data.data(), data.size()}, to, 0);
  wait(request);
}

void receive_and_wait(const Communicator& comm, AlignedBytes& data, int from) {
  Request request = comm.start_receive({data.data(), data.size()}, from, 0);
  wait(request);
}

}  // namespace

MinMedianMax min_median_max_over_ranks(const Communicator& comm, double mine) {
  return min_median_max(comm.all_gather(mine));
}

double memcpy_seconds(const Communicator& comm, std::size_t bytes, std::int64_t repeats) {
  const AlignedBytes from(bytes);
  AlignedBytes to(bytes);
  return median_seconds(comm, repeats, [&] { std::memcpy(to.data(), from.data(), bytes); });
}

double ping_pong_seconds(const Communicator& comm, const MemberPair& pair, std::size_t bytes,
                         std::int64_t repeats) {
  const auto [first, second] = pair;
  AlignedBytes data(bytes);
  const double there_and_back = median_seconds(comm, repeats, [&] {
    if (comm.rank() == first) {
      send_and_wait(comm, data, second);
      receive_and_wait(comm, data, second);
    } else if (comm.rank() == second) {
      receive_and_wait(comm, data, first);
      send_and_wait(comm, data, first);
    }
  });
  return comm.all_gather(there_and_back)[first] / 2;
}

MemberPair slowest_pair(const Communicator& comm, const std::vector<MemberPair>& pairs, std::size_t bytes,
                        std::int64_t repeats) {
  std::vector<double> seconds;
  for (const MemberPair& pair : pairs) seconds.push_back(ping_pong_seconds(comm, pair, bytes, repeats));
  return pairs[std::ranges::max_element(seconds) - seconds.begin()];
}

}  // namespace tessera
