#include "harness/commands/command.hpp"

namespace tessera {

void add_generate(CommandSyntax program) {
  const CommandSyntax generate = program.command("generate", "write a data set made from physics");
  add_generate_cosmoflow(generate);
  add_generate_deepcam(generate);
}

}  // namespace tessera
