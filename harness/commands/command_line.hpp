#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "parallel/mpi.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace tessera {

/// What the user asked for, run on every rank of the world; returns the exit code: 0 success, 1 the thing
/// judged fell short, or as exit_code_of() has it where a signal ended it. Errors are thrown: an InputError
/// ends in 2, a MachineError in 3. What may fail on some ranks and not on others goes through all_or_none.
using Command = std::function<int(const Communicator& world)>;

/// What a command line asks for.
struct Call {
  Command command;
  /// Whether the command is the work of one process: where a launcher didn't start several, it needs no MPI.
  bool works_alone = false;
  /// Whether a signal ends it cleanly: it asks StopSignals, which whoever runs it keeps from before MPI
  /// starts.
  bool stops_cleanly = false;
  /// What was said, a line each: the command, and each option with its value, but for those that each rank
  /// may be given another value of.
  std::vector<std::string> said;
};

/// An option, or an argument that is known by its place; copies mean the same one. Each function adds to what
/// is asked of it, and returns it.
class OptionSyntax {
 public:
  OptionSyntax required() const;
  /// The present value of its variable stands in --help as the default.
  OptionSyntax shows_default() const;
  OptionSyntax one_of(std::vector<std::string> words) const;
  OptionSyntax at_least_one(std::int64_t most = 1'000'000'000) const;
  OptionSyntax at_least_zero() const;
  /// Of a list: one value after each mention of the option, which may be mentioned several times.
  OptionSyntax repeatable() const;
  /// Of a list: so many values, as separate words or with the delimiter between them.
  OptionSyntax list_of(int values, char delimiter) const;
  /// Of a text: it may stand without a value, which is then an empty text.
  OptionSyntax may_be_empty() const;
  /// Of a text: it may hold what looks like a variable, which is somebody else's.
  OptionSyntax verbatim() const;
  /// Each rank may be given another value.
  OptionSyntax may_differ() const;
  OptionSyntax needs(OptionSyntax other) const;
  OptionSyntax excludes(OptionSyntax other) const;

 private:
  friend class CommandSyntax;
  explicit OptionSyntax(CLI::Option* option) : option_(option) {}

  CLI::Option* option_;  // its CommandLine's
};

/// What a command takes: options, or commands below it; copies mean the same one. The variables that are
/// named here are set when the line is parsed. `what` is its text in --help.
class CommandSyntax {
 public:
  /// A command below this one, which then can't be called without one of these.
  CommandSyntax command(const std::string& name, const std::string& what) const;

  /// "--name" is an option, "name" an argument that is known by its place. Value: a number, a text, a path,
  /// or an optional or a vector of such; command_line.cpp lists them. Numbers are decimal. Texts and paths,
  /// but for a vector of texts, are refused where they are empty, and where the shell should have expanded a
  /// variable or a ~ in them and didn't.
  template <class Value>
  OptionSyntax option(const std::string& name, Value& value, const std::string& what) const;
  /// An option whose value, such a text, is handed to a function.
  OptionSyntax option_for(const std::string& name,
                          const std::function<void(const std::string& value)>& receive,
                          const std::string& what) const;
  OptionSyntax flag(const std::string& name, bool& value, const std::string& what) const;
  /// "--name{text}": the value is `text` where the flag stands alone, and TEXT after --name=TEXT.
  OptionSyntax flag(const std::string& name, std::string& value, const std::string& what) const;

  /// Once the line is parsed: the names of the options that stand in it.
  std::vector<std::string> options_given() const;

  /// What it does when the user calls it, after all variables are set.
  void runs(Command command) const;
  /// The same of a command that ends cleanly when a signal asks for it, see Call::stops_cleanly.
  void runs_until_stopped(Command command) const;
  /// The same of a command that is the work of one process; it is run by a Communicator of that process alone
  /// unless a launcher started several.
  void runs_alone(Command command) const;

 private:
  friend class CommandLine;
  CommandSyntax(CLI::App& app, Call& chosen) : app_(&app), chosen_(&chosen) {}

  CLI::App* app_;  // its CommandLine's
  Call* chosen_;   // likewise
};

/// The command line of the program: what it may be, told through syntax(), and the reading of one.
class CommandLine {
 public:
  /// footer: the last lines of --help. version: the text of --version.
  CommandLine(const std::string& program, const std::string& what, const std::string& footer,
              std::function<std::string()> version);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  CommandSyntax syntax();

  /// Sets the variables of the options, and returns what the user called; for --help and --version a command
  /// that prints the answer on rank 0. Throws InputError, which names the command whose --help to read, and
  /// for a misspelt command or option the nearest, where one is near.
  Call parse(int argc, const char* const* argv);

 private:
  std::unique_ptr<CLI::App> app_;
  Call chosen_;
};

}  // namespace tessera
