#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "parallel/mpi.hpp"

/// The commands of the program, one source file each.
namespace tessera {

/// What the user asked for, run on every rank of the world; returns the exit code: 0 success, 1 the thing
/// judged fell short, 143 ended by a signal. Errors are thrown: an InputError ends in 2, a MachineError in 3.
/// What may fail on some ranks and not on others goes through all_or_none.
using Command = std::function<int(const Communicator& world)>;

/// Of options that are counts.
inline CLI::Validator at_least_one() {
  constexpr std::int64_t kMost = 1'000'000'000;
  return CLI::Range(std::int64_t{1}, kMost, "at least 1");
}

/// The option --set of commands that read a configuration.
inline void add_overrides(CLI::App& command, std::vector<std::string>& overrides) {
  command.add_option("--set", overrides, "path.to.key=value: overrides the file; may be repeated")
      ->take_all()
      ->expected(1);
}

/// The option --overlap, which is such an override too.
inline void add_overlap(CLI::App& command, std::vector<std::string>& overrides) {
  command
      .add_option_function<std::string>(
          "--overlap",
          [&overrides](const std::string& choice) { overrides.push_back("compute.overlap=" + choice); },
          "auto, on or off: whether the interior of a split layer's output is computed while its halo "
          "travels")
      ->check(CLI::IsMember({"auto", "on", "off"}));
}

/// Each adds its subcommand with its options to `app`, and a callback that sets `chosen` when the user called
/// it. The callback runs while arguments are parsed, so it does nothing else.
void add_bench(CLI::App& app, Command& chosen);
void add_campaign(CLI::App& app, Command& chosen);
void add_check(CLI::App& app, Command& chosen);
void add_compare(CLI::App& app, Command& chosen);
void add_convert(CLI::App& app, Command& chosen);
void add_generate(CLI::App& app, Command& chosen);
void add_inspect(CLI::App& app, Command& chosen);
void add_package(CLI::App& app, Command& chosen);
void add_plan(CLI::App& app, Command& chosen);
void add_score(CLI::App& app, Command& chosen);
void add_stage(CLI::App& app, Command& chosen);
void add_system(CLI::App& app, Command& chosen);
void add_train(CLI::App& app, Command& chosen);

/// The subcommands of `generate`.
void add_generate_cosmoflow(CLI::App& generator, Command& chosen);
void add_generate_deepcam(CLI::App& generator, Command& chosen);

}  // namespace tessera
