#include "harness/commands/command.hpp"

namespace tessera {

void add_generate(CommandSyntax program) {
  const CommandSyntax generate = program.command("generate", "write a data set, made from physics or drawn");
  add_generate_cosmoflow(generate);
  add_generate_deepcam(generate);
  add_generate_digits(generate);
  add_generate_images(generate);
  add_generate_spectra(generate);
}

}  // namespace tessera
