#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "harness/commands/command.hpp"
#include "harness/machine/openmp_start.hpp"
#include "harness/machine/versions.hpp"
#include "harness/process/launch.hpp"
#include "harness/process/same_call.hpp"
#include "harness/process/signals.hpp"
#include "models/base/error.hpp"
#include "parallel/mpi.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

void add_commands(const CommandSyntax& program) {
  add_bench(program);
  add_campaign(program);
  add_check(program);
  add_compare(program);
  add_convert(program);
  add_generate(program);
  add_inspect(program);
  add_package(program);
  add_plan(program);
  add_predict(program);
  add_score(program);
  add_stage(program);
  add_study(program);
  add_system(program);
  add_train(program);
  add_tune(program);
}

// What must be the same on all ranks before anything is done.
std::vector<std::string> facts_of(const Call& call) {
  std::vector<std::string> lines = call.said;
  std::ranges::copy(environment_that_matters(environ), std::back_inserter(lines));
  lines.push_back(to_string(versions()));
  return lines;
}

int run_on_ranks(int& argc, char**& argv, const Call& call, const std::optional<InputError>& refused,
                 const std::optional<Launch>& launch) {
  MpiEnvironment mpi(argc, argv);
  const Communicator& world = mpi.world();
  if (launch && launch->ranks != world.size()) {  // each of several programs comes here
    const InputError error = wrong_number_of_ranks(*launch, world.size(), mpi_library());
    if (launch->rank == 0) print(error);
    return mpi.ends_with(error.exit_code());
  }
  return mpi.ends_with(run_collectively(world, [&] {
    all_or_none(world, [&] {
      if (refused) throw *refused;
    });
    check_same_call(world, facts_of(call));
    return call.command(world);
  }));
}

int run(int argc, char** argv) {
  CommandLine line(
      "tessera", "Tessera: hybrid-parallel scientific deep learning, measured",
      "Exit codes: 0 success; 1 the thing judged fell short; 2 bad input or usage; 3 a failure of the "
      "machine;\n"
      "75 stopped by its own limit or by SIGUSR1, SIGUSR2 or SIGXCPU, with a checkpoint: start it again;\n"
      "143, 130, 129 ended by SIGTERM, SIGINT, SIGHUP, cleanly.",
      [] { return to_string(versions()); });
  add_commands(line.syntax());
  Call call;
  std::optional<InputError> refused;
  try {
    call = line.parse(argc, argv);
  } catch (const InputError& error) {
    refused = error;
  }
  std::optional<StopSignals> signals;  // before MPI starts, which takes its time
  if (call.stops_cleanly) signals.emplace();
  const std::optional<Launch> launch = launch_of_this_process();
  const bool needs_mpi = !refused && !call.works_alone;
  // In a shell that Slurm started on a terminal, for several ranks to come, such a command is one's own.
  const bool in_a_shell = launch && launch->variable.starts_with("SLURM") && isatty(STDIN_FILENO) == 1;
  if (needs_mpi || (launch && launch->ranks > 1 && !in_a_shell))
    return run_on_ranks(argc, argv, call, refused, launch);
  const Communicator alone;
  return run_collectively(alone, [&] {
    if (refused) throw *refused;
    return call.command(alone);
  });
}

}  // namespace
}  // namespace tessera

int main(int argc, char** argv) {
  tessera::restart_with_openmp_settings(argv);
  try {
    return tessera::run(argc, argv);
  } catch (const tessera::Error& error) {  // MPI itself could not start
    tessera::print(error);
    return error.exit_code();
  }
}
