#include <fmt/core.h>

#include <cstdio>

#include "harness/commands/command.hpp"
#include "harness/machine/versions.hpp"
#include "models/base/error.hpp"
#include "parallel/mpi.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

// Parses on every rank, and runs the command chosen.
int run(int argc, char** argv, const Communicator& world) {
  CommandLine line(
      "tessera", "Tessera: hybrid-parallel scientific deep learning, measured",
      "Exit codes: 0 success; 1 the thing judged fell short; 2 bad input or usage; 3 a failure of the "
      "machine;\n"
      "143 ended by SIGTERM, cleanly.",
      [] { return to_string(versions()); });
  const CommandSyntax program = line.syntax();
  add_bench(program);
  add_campaign(program);
  add_check(program);
  add_compare(program);
  add_convert(program);
  add_generate(program);
  add_inspect(program);
  add_package(program);
  add_plan(program);
  add_score(program);
  add_stage(program);
  add_system(program);
  add_train(program);

  Command chosen;
  all_or_none(world, [&] { chosen = line.parse(argc, argv); });
  return chosen(world);
}

}  // namespace
}  // namespace tessera

int main(int argc, char** argv) {
  try {
    tessera::MpiEnvironment mpi(argc, argv);
    return mpi.ends_with(
        tessera::run_collectively(mpi.world(), [&] { return tessera::run(argc, argv, mpi.world()); }));
  } catch (const tessera::Error& error) {  // MPI itself could not start
    fmt::print(stderr, "tessera: {}\n", error.what());
    return error.exit_code();
  }
}
