#include "harness/commands/command_line.hpp"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <optional>
#include <sstream>
#include <utility>

#include "harness/config/nearest_name.hpp"
#include "models/base/error.hpp"

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

// What CLI11 refused, in our form. `app` is the one that parsed.
InputError usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* command = &app;
  std::string called = app.get_name();
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

}  // namespace

OptionSyntax OptionSyntax::required() const {
  option_->required();
  return *this;
}

OptionSyntax OptionSyntax::shows_default() const {
  option_->capture_default_str();
  return *this;
}

OptionSyntax OptionSyntax::one_of(std::vector<std::string> words) const {
  option_->check(CLI::IsMember(std::move(words)));
  return *this;
}

OptionSyntax OptionSyntax::at_least_one(std::int64_t most) const {
  option_->check(CLI::Range(std::int64_t{1}, most, "at least 1"));
  return *this;
}

OptionSyntax OptionSyntax::at_least_zero() const {
  option_->check(CLI::Range(std::int64_t{0}, std::int64_t{1'000'000'000}, "at least 0"));
  return *this;
}

OptionSyntax OptionSyntax::repeatable() const {
  option_->take_all()->expected(1);
  return *this;
}

OptionSyntax OptionSyntax::list_of(int values, char delimiter) const {
  option_->delimiter(delimiter)->expected(values);
  return *this;
}

OptionSyntax OptionSyntax::may_be_empty() const {
  option_->expected(0, 1);
  return *this;
}

OptionSyntax OptionSyntax::needs(OptionSyntax other) const {
  option_->needs(other.option_);
  return *this;
}

OptionSyntax OptionSyntax::excludes(OptionSyntax other) const {
  option_->excludes(other.option_);
  return *this;
}

CommandSyntax CommandSyntax::command(const std::string& name, const std::string& what) const {
  app_->require_subcommand(1);
  return {*app_->add_subcommand(name, what), *chosen_};
}

template <class Value>
OptionSyntax CommandSyntax::option(const std::string& name, Value& value, const std::string& what) const {
  return OptionSyntax(app_->add_option(name, value, what));
}

// Each type costs a second of compiling: it is done here, once.
#define TESSERA_OPTION(...) \
  template OptionSyntax CommandSyntax::option(const std::string&, __VA_ARGS__&, const std::string&) const
TESSERA_OPTION(int);
TESSERA_OPTION(std::int64_t);
TESSERA_OPTION(std::uint64_t);
TESSERA_OPTION(std::string);
TESSERA_OPTION(std::filesystem::path);
TESSERA_OPTION(std::optional<int>);
TESSERA_OPTION(std::optional<std::int64_t>);
TESSERA_OPTION(std::optional<std::uint64_t>);
TESSERA_OPTION(std::vector<std::int64_t>);
TESSERA_OPTION(std::vector<std::string>);
TESSERA_OPTION(std::vector<std::filesystem::path>);
#undef TESSERA_OPTION

OptionSyntax CommandSyntax::option_for(const std::string& name,
                                       std::function<void(const std::string& value)> receive,
                                       const std::string& what) const {
  return OptionSyntax(app_->add_option_function<std::string>(name, std::move(receive), what));
}

OptionSyntax CommandSyntax::flag(const std::string& name, bool& value, const std::string& what) const {
  return OptionSyntax(app_->add_flag(name, value, what));
}

OptionSyntax CommandSyntax::flag(const std::string& name, std::string& value, const std::string& what) const {
  return OptionSyntax(app_->add_flag(name, value, what));
}

void CommandSyntax::runs(Command command) const {
  app_->callback([chosen = chosen_, command = std::move(command)] { *chosen = command; });
}

CommandLine::CommandLine(const std::string& program, const std::string& what, const std::string& footer,
                         std::function<std::string()> version)
    : app_(std::make_unique<CLI::App>(what, program)) {
  app_->set_version_flag("--version", std::move(version));
  app_->footer(footer);
}

CommandLine::~CommandLine() = default;

CommandSyntax CommandLine::syntax() {
  return {*app_, chosen_};
}

Command CommandLine::parse(int argc, const char* const* argv) {
  try {
    app_->parse(argc, argv);
  } catch (const CLI::Success& answer) {
    std::ostringstream text;
    app_->exit(answer, text, text);
    return [text = text.str()](const Communicator& world) {
      if (world.rank() == 0) std::cout << text << std::flush;
      return 0;
    };
  } catch (const CLI::ParseError& error) {
    throw usage_error(*app_, error);
  }
  return chosen_;
}

}  // namespace tessera
