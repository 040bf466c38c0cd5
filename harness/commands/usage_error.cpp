#include "harness/commands/usage_error.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <vector>

#include "harness/config/nearest_name.hpp"

namespace tessera {
namespace {

bool is_option(const std::string& word) {
  return word.starts_with("-");
}

// The options as they are written, or the names of the commands below.
std::vector<std::string> names_known(const CLI::App& command, bool options) {
  std::vector<std::string> names;
  if (options)
    for (const CLI::Option* option : command.get_options())
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  else
    for (const CLI::App* sub : command.get_subcommands({})) names.push_back(sub->get_name());
  return names;
}

}  // namespace

InputError usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* command = &app;
  std::string called = "tessera";
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().front();
    called += " " + command->get_name();
  }
  const std::string help = fmt::format("see {} --help", called);
  const std::vector<std::string> left = command->remaining();
  auto unknown = std::ranges::find_if(left, is_option);
  if (unknown == left.end()) unknown = left.begin();
  if (unknown == left.end()) return InputError(error.what(), "command line", help);
  const bool option = is_option(*unknown);
  const std::vector<std::string> known = names_known(*command, option);
  const std::string problem =
      fmt::format("{} has no {} '{}'", called, option ? "option" : "command", *unknown);
  if (known.empty())
    return InputError(fmt::format("'{}' is one word too many for {}", *unknown, called), "command line",
                      help);
  return InputError(problem, "command line",
                    fmt::format("did you mean '{}'? ({})", nearest_name(*unknown, known), help));
}

}  // namespace tessera
