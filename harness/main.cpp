#include <fmt/core.h>

#include <cstdio>

#include "harness/commands/command.hpp"
#include "harness/commands/usage_error.hpp"
#include "harness/machine/versions.hpp"
#include "models/base/error.hpp"
#include "parallel/mpi.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

// Parses on every rank, runs the command chosen; --help and --version are the business of rank 0.
int run(int argc, char** argv, const Communicator& world) {
  CLI::App app{"Tessera: hybrid-parallel scientific deep learning, measured", "tessera"};
  app.set_version_flag("--version", [] { return to_string(versions()); });
  app.footer(
      "Exit codes: 0 success; 1 the thing judged fell short; 2 bad input or usage; 3 a failure of the "
      "machine;\n"
      "143 ended by SIGTERM, cleanly.");
  app.require_subcommand(1);
  Command chosen;
  add_bench(app, chosen);
  add_campaign(app, chosen);
  add_check(app, chosen);
  add_compare(app, chosen);
  add_convert(app, chosen);
  add_generate(app, chosen);
  add_inspect(app, chosen);
  add_package(app, chosen);
  add_plan(app, chosen);
  add_score(app, chosen);
  add_stage(app, chosen);
  add_system(app, chosen);
  add_train(app, chosen);

  all_or_none(world, [&] {
    try {
      app.parse(argc, argv);
    } catch (const CLI::Success& answer) {
      if (world.rank() == 0) app.exit(answer);
    } catch (const CLI::ParseError& error) {
      throw usage_error(app, error);
    }
  });
  return chosen ? chosen(world) : 0;
}

}  // namespace
}  // namespace tessera

int main(int argc, char** argv) {
  try {
    const tessera::MpiEnvironment mpi(argc, argv);
    return tessera::run_collectively(mpi.world(), [&] { return tessera::run(argc, argv, mpi.world()); });
  } catch (const tessera::Error& error) {  // MPI itself could not start
    fmt::print(stderr, "tessera: {}\n", error.what());
    return error.exit_code();
  }
}
