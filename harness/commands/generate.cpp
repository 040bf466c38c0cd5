#include "harness/commands/command.hpp"

namespace tessera {

void add_generate(CLI::App& app, Command& chosen) {
  CLI::App* generator = app.add_subcommand("generate", "write a data set made from physics");
  generator->require_subcommand(1);
  add_generate_cosmoflow(*generator, chosen);
  add_generate_deepcam(*generator, chosen);
}

}  // namespace tessera
