#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <string>

#include "models/base/error.hpp"
#include "parallel/mpi.hpp"
#include "parallel/uniform.hpp"
#include "parallel/wait_watch.hpp"

namespace {

bool finalize_hangs = false;

}  // namespace

// MPI's profiling interface: this stands in front of the library's own.
extern "C" int MPI_Finalize() {
  while (finalize_hangs) pause();
  return PMPI_Finalize();
}

namespace tessera {
namespace {

// Rank 1 is stopped (it neither answers nor dies, as on a host that is cut off) or killed before it sends.
void lose_rank(const Communicator& world, int signal, WaitWatch::Options options) {
  const WaitWatch watch(world, std::move(options));
  if (world.rank() == 1) std::raise(signal);
  std::array<std::byte, 1> message{};
  const int from = (world.rank() + 1) % world.size(), to = (world.rank() + world.size() - 1) % world.size();
  std::array<Request, 2> requests{world.start_receive(message, from, 0), world.start_send(message, to, 0)};
  wait_all(requests, {"a ring"});
  double gradient = 1;
  world.sum(std::span(&gradient, 1), {"the sum of gradients"});
}

int run(const Communicator& world, const std::string& what) {
  if (what == "stopped") lose_rank(world, SIGSTOP, {.limit_seconds = 1});
  if (what == "killed") lose_rank(world, SIGKILL, {.limit_seconds = 1});
  if (what == "told-to-end")
    lose_rank(
        world, SIGSTOP,
        {.asked_to_end = [] { return true; }, .seconds_after_signal = 1, .seconds_of_work_after_signal = 1});
  finalize_hangs = what == "finalize";
  if (world.rank() == 0) fmt::print("all is done\n");
  return 7;
}

}  // namespace
}  // namespace tessera

// lost_rank stopped|killed|told-to-end|finalize
int main(int, char** argv) {
  int argc = 1;
  const std::string what = argv[1];
  tessera::MpiEnvironment mpi(argc, argv);
  return mpi.ends_with(
      tessera::run_collectively(mpi.world(), [&] { return tessera::run(mpi.world(), what); }));
}
