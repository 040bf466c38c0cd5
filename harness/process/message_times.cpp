#include "harness/process/message_times.hpp"

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

MinMedianMax spread_over(const Communicator& comm, double mine) {
  return spread_of(comm.all_gather(mine));
}

double memcpy_seconds(const Communicator& comm, std::size_t bytes, std::int64_t repeats) {
  const AlignedBytes from(bytes);
  AlignedBytes to(bytes);
  return median_seconds(comm, repeats, [&] { std::memcpy(to.data(), from.data(), bytes); });
}

double ping_pong_seconds(const Communicator& comm, std::size_t bytes, std::int64_t repeats) {
  AlignedBytes data(bytes);
  const double there_and_back = median_seconds(comm, repeats, [&] {
    if (comm.rank() == 0) send_and_wait(comm, data, 1);
    if (comm.rank() <= 1) receive_and_wait(comm, data, 1 - comm.rank());
    if (comm.rank() == 1) send_and_wait(comm, data, 0);
  });
  return comm.all_gather(there_and_back)[0] / 2;
}

}  // namespace tessera
