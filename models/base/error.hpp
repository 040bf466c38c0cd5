#pragma once

#include <fmt/core.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace tessera {

/// Whose fault an error is; it decides the exit code of the program.
enum class Fault { Input, Machine };  // exit 2: bad input or usage; exit 3: disk, MPI, memory

/// The one exception of this project: what went wrong, where, and how to mend it, as three sentences without
/// a full stop. what() joins them for printing: "WHAT\n  where: WHERE\n  fix:   FIX".
class Error : public std::runtime_error {
 public:
  Error(Fault fault, std::string problem, std::string where, std::string fix)
      : std::runtime_error(fmt::format("{}\n  where: {}\n  fix:   {}", problem, where, fix)),
        fault_(fault),
        problem_(std::move(problem)),
        where_(std::move(where)),
        fix_(std::move(fix)) {}

  Fault fault() const { return fault_; }
  int exit_code() const { return fault_ == Fault::Input ? 2 : 3; }
  const std::string& problem() const { return problem_; }
  const std::string& where() const { return where_; }
  const std::string& fix() const { return fix_; }

 private:
  Fault fault_;
  std::string problem_, where_, fix_;
};

/// Bad input or usage: the user can mend it.
class InputError : public Error {
 public:
  InputError(std::string problem, std::string where, std::string fix)
      : Error(Fault::Input, std::move(problem), std::move(where), std::move(fix)) {}
};

/// The machine failed us: disk full, I/O, MPI, memory.
class MachineError : public Error {
 public:
  MachineError(std::string problem, std::string where, std::string fix)
      : Error(Fault::Machine, std::move(problem), std::move(where), std::move(fix)) {}
};

}  // namespace tessera
