#pragma once

#include <string>
#include <vector>

#include "harness/commands/command_line.hpp"

/// The commands of the program, one source file each.
namespace tessera {

/// The option --set of commands that read a configuration.
inline void add_overrides(CommandSyntax command, std::vector<std::string>& overrides) {
  command.option("--set", overrides, "path.to.key=value: overrides the file; may be repeated").repeatable();
}

/// The option --overlap, which is such an override too.
inline void add_overlap(CommandSyntax command, std::vector<std::string>& overrides) {
  command
      .option_for(
          "--overlap",
          [&overrides](const std::string& choice) { overrides.push_back("compute.overlap=" + choice); },
          "auto, on or off: whether the interior of a split layer's output is computed while its halo "
          "travels")
      .one_of({"auto", "on", "off"});
}

/// Each adds its command to the program.
void add_bench(CommandSyntax program);
void add_campaign(CommandSyntax program);
void add_check(CommandSyntax program);
void add_compare(CommandSyntax program);
void add_convert(CommandSyntax program);
void add_generate(CommandSyntax program);
void add_inspect(CommandSyntax program);
void add_package(CommandSyntax program);
void add_plan(CommandSyntax program);
void add_predict(CommandSyntax program);
void add_score(CommandSyntax program);
void add_stage(CommandSyntax program);
void add_study(CommandSyntax program);
void add_system(CommandSyntax program);
void add_train(CommandSyntax program);
void add_tune(CommandSyntax program);

/// A command below `bench`.
void add_bench_training(CommandSyntax bench);
/// The commands below `generate`.
void add_generate_cosmoflow(CommandSyntax generate);
void add_generate_deepcam(CommandSyntax generate);
void add_generate_digits(CommandSyntax generate);
void add_generate_images(CommandSyntax generate);
void add_generate_spectra(CommandSyntax generate);

}  // namespace tessera
