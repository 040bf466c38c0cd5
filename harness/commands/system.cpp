#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <iostream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "harness/commands/command.hpp"
#include "harness/commands/system_text.hpp"
#include "harness/machine/system_probe.hpp"
#include "harness/process/flush_or_throw.hpp"
#include "io/files/whole_file.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

struct SystemArguments {
  std::string user;
  std::filesystem::path output;
};

// How many kinds of node there are: ranks of one node say the same, whatever a batch system hides of it.
std::size_t kinds_of_node(const std::vector<std::string>& descriptions) {
  return std::set(descriptions.begin(), descriptions.end()).size();
}

std::string empty_fields(const SystemDescription& system) {
  std::vector<std::string_view> empty;
  for (const SystemField& field : kSystemFields)
    if (system.text(field.name).empty()) empty.push_back(field.name);
  return empty.empty() ? "no field is empty"
                       : fmt::format("{} of {} fields are empty: {}", empty.size(), kSystemFields.size(),
                                     fmt::join(empty, ", "));
}

void write(const SystemArguments& arguments, const SystemDescription& system) {
  const std::string text = to_text(system);
  if (arguments.output.empty()) {
    flush_or_throw(std::cout << text, "the description");
  } else {
    write_whole_file(arguments.output, text);
    fmt::print(std::cout, "{}: a description of this system\n", arguments.output.string());
  }
}

int run(const SystemArguments& arguments, const Communicator& world) {
  SystemDescription system = detected_system(probe_system(), nodes_of(world));
  const std::vector<std::string> all = world.gather(to_text(system), 0);
  all_or_none(world, [&] {
    if (world.rank() != 0) return;
    if (!arguments.user.empty()) apply_user_fields(system, read_whole_file(arguments.user), arguments.user);
    if (const std::size_t kinds = kinds_of_node(all); kinds > 1)
      fmt::print(std::cerr, "warning: the nodes are of {} kinds; this describes the first rank's\n", kinds);
    write(arguments, system);
    fmt::print(std::cerr, "{}\n", empty_fields(system));
  });
  return 0;
}

}  // namespace

void add_system(CommandSyntax program) {
  const auto arguments = std::make_shared<SystemArguments>();
  const CommandSyntax command = program.command(
      "system", "describe this system in the 33 fields of a submission; under mpiexec, all of its nodes");
  command.option("--user", arguments->user,
                 "YAML file, `field: text` lines: what can't be detected, or should read otherwise");
  command.option("--output", arguments->output, "FILE.json to write; by default standard output");
  command.runs_alone([arguments](const Communicator& world) { return run(*arguments, world); });
}

}  // namespace tessera
