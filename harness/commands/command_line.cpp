#include "harness/commands/command_line.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <iostream>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

#include "harness/config/nearest_name.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

bool is_option(const std::string& word) {
  return word.starts_with("-");
}

// A validator of CLI11 says what is wrong with a text, or nothing, and may change it.
using Refusal = std::string;

// CLI11 by itself reads numbers as C does: 010 is 8, and -1 the largest without a sign.
template <class Number>
Refusal make_decimal(std::string& text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) return fmt::format("{} is too large a number", text);
  if (error != std::errc() || end != text.data() + text.size())
    return fmt::format("'{}' is no whole number{} in decimal digits", text,
                       std::is_signed_v<Number> ? "" : " of at least 0");
  text = std::to_string(number);
  return {};
}

Refusal refuse_empty(const std::string& text) {
  return text.empty() ? "its value is empty; is a variable unset that should be in it?" : "";
}

// Whether a shell would have put a variable's value in this place of a text.
bool is_variable(std::string_view text) {
  const auto may_begin_a_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return text.size() > 1 && text[0] == '$' && (may_begin_a_name(text[1]) || text[1] == '{');
}

// Names that files do have are taken as they are.
Refusal refuse_unexpanded(const std::string& text) {
  std::error_code ignored;
  if (std::filesystem::exists(text, ignored)) return {};
  if (text == "~" || text.starts_with("~/"))
    return fmt::format(
        "the ~ in '{}' isn't expanded; a shell does that only where a word begins with it: write $HOME",
        text);
  for (std::size_t at = text.find('$'); at != std::string::npos; at = text.find('$', at + 1))
    if (is_variable(std::string_view(text).substr(at)))
      return fmt::format(
          "a variable in '{}' isn't expanded; a shell does that outside of quotes, and in double ones", text);
  return {};
}

constexpr const char* kNotEmpty = "not empty";
constexpr const char* kExpanded = "expanded";

void check_text(CLI::Option& option) {
  option.check(CLI::Validator([](const std::string& text) { return refuse_empty(text); }, ""), kNotEmpty);
  option.check(CLI::Validator([](const std::string& text) { return refuse_unexpanded(text); }, ""),
               kExpanded);
}

template <class Value>
struct ElementOf {
  using Type = Value;
};
template <class Value>
struct ElementOf<std::optional<Value>> {
  using Type = Value;
};
template <class Value>
struct ElementOf<std::vector<Value>> {
  using Type = Value;
};

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

bool has_commands(const CLI::App& command) {
  return !command.get_subcommands({}).empty();
}

// CLI11 would take the next word for the value.
void refuse_no_value(std::string_view word) {
  if (word.starts_with("--") && word.find('=') == word.size() - 1)
    throw InputError(fmt::format("{}: {}", word, refuse_empty("")), "command line",
                     "give it a value, or leave it out");
}

// Whether help is asked of a command that there isn't.
bool calls_unknown_command(const CLI::App& app) {
  const CLI::App* command = &app;
  while (command->remaining().empty() && !command->get_subcommands().empty())
    command = command->get_subcommands().front();
  const std::vector<std::string> left = command->remaining();
  return has_commands(*command) && !left.empty() && !is_option(left.front());
}

// The command chosen and its options, as Call has them.
std::vector<std::string> said_in(const CLI::App& program) {
  std::vector<std::string> lines;
  const CLI::App* command = &program;
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().front();
    lines.push_back(command->get_name());
    for (const CLI::Option* option : command->get_options())
      if (!option->empty() && option->get_configurable())
        lines.push_back(fmt::format("{} {}", option->get_name(), fmt::join(option->results(), " ")));
  }
  return lines;
}

// What CLI11 refused, in our form. `app` is the one that parsed.
InputError usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* command = &app;
  std::string called = app.get_name();
  while (command->remaining().empty() && !command->get_subcommands().empty()) {
    command = command->get_subcommands().front();
    called += " " + command->get_name();
  }
  const std::string help = fmt::format("see {} --help", called);
  const std::vector<std::string> left = command->remaining();
  if (left.empty()) return InputError(error.what(), "command line", help);
  // Where a command belongs, what isn't known of its options follows from that.
  auto unknown = has_commands(*command) ? left.begin() : std::ranges::find_if(left, is_option);
  if (unknown == left.end()) unknown = left.begin();
  const bool option = is_option(*unknown);
  if (!option && !has_commands(*command))
    return InputError(fmt::format("'{}' is one word too many for {}", *unknown, called), "command line",
                      help);
  const auto nearest = nearest_name(*unknown, names_known(*command, option));
  return InputError(fmt::format("{} has no {} '{}'", called, option ? "option" : "command", *unknown),
                    "command line", nearest ? fmt::format("did you mean '{}'? ({})", *nearest, help) : help);
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
  option_->get_validator(kNotEmpty)->active(false);
  return *this;
}

OptionSyntax OptionSyntax::verbatim() const {
  option_->get_validator(kExpanded)->active(false);
  return *this;
}

// CLI11's mark of what a file of options doesn't hold; we read none.
OptionSyntax OptionSyntax::may_differ() const {
  option_->configurable(false);
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
  CLI::Option* option = app_->add_option(name, value, what);
  using Single = typename ElementOf<Value>::Type;
  if constexpr (std::is_integral_v<Single>)
    option->transform(CLI::Validator(make_decimal<Single>, ""));
  else if constexpr (!std::is_same_v<Value, std::vector<std::string>>)
    check_text(*option);
  return OptionSyntax(option);
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
                                       const std::function<void(const std::string& value)>& receive,
                                       const std::string& what) const {
  CLI::Option* option = app_->add_option_function<std::string>(name, receive, what);
  check_text(*option);
  return OptionSyntax(option);
}

OptionSyntax CommandSyntax::flag(const std::string& name, bool& value, const std::string& what) const {
  return OptionSyntax(app_->add_flag(name, value, what));
}

OptionSyntax CommandSyntax::flag(const std::string& name, std::string& value, const std::string& what) const {
  return OptionSyntax(app_->add_flag(name, value, what));
}

std::vector<std::string> CommandSyntax::options_given() const {
  std::vector<std::string> names;
  for (const CLI::Option* option : app_->get_options())
    if (!option->empty() && !option->get_positional()) names.push_back(option->get_name());
  return names;
}

void CommandSyntax::runs(Command command) const {
  app_->callback([chosen = chosen_, command = std::move(command)] { chosen->command = command; });
}

void CommandSyntax::runs_until_stopped(Command command) const {
  app_->callback([chosen = chosen_, command = std::move(command)] {
    chosen->command = command;
    chosen->stops_cleanly = true;
  });
}

void CommandSyntax::runs_alone(Command command) const {
  app_->callback([chosen = chosen_, command = std::move(command)] {
    chosen->command = command;
    chosen->works_alone = true;
  });
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

Call CommandLine::parse(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) refuse_no_value(argv[i]);
  try {
    app_->parse(argc, argv);
  } catch (const CLI::Success& answer) {
    if (calls_unknown_command(*app_)) throw usage_error(*app_, answer);
    std::ostringstream text;
    app_->exit(answer, text, text);
    const auto print = [text = text.str()](const Communicator& world) {
      if (world.rank() == 0) std::cout << text << std::flush;
      return 0;
    };
    return {.command = print, .works_alone = true, .said = {}};
  } catch (const CLI::ParseError& error) {
    throw usage_error(*app_, error);
  }
  chosen_.said = said_in(*app_);
  return chosen_;
}

}  // namespace tessera
