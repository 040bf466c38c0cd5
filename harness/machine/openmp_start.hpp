#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/machine/getenv.hpp"

/// What the OpenMP library reads from the environment before main begins, and can't be told later.
namespace tessera {

struct VariableChange {
  std::string name;
  std::optional<std::string> value;  // none: it is taken away
  friend bool operator==(const VariableChange&, const VariableChange&) = default;
};

/// What the environment should be instead. Pure.
///
/// OMP_PROC_BIND, OMP_PLACES and GOMP_CPU_AFFINITY are taken away, unless the first says false: they bind the
/// first thread to one core before main, which every thread and process that it starts inherits, and the
/// threads of each rank to the same cores where ranks share a mask. The cores that they name stay this
/// process's, and set_up_threads() binds to them.
///
/// Threads that wait fall asleep after some ten microseconds: by default they spin for milliseconds, and keep
/// the core from the very thread that they wait for wherever cores are fewer than threads, are shared with
/// other programs, or are rationed by a quota. OMP_WAIT_POLICY and GOMP_SPINCOUNT of the user's win.
std::vector<VariableChange> openmp_changes(const Getenv& getenv);

/// Whether threads of OpenMP that wait keep their cores busy for long, by an environment in which the library
/// has started. Pure.
bool waiting_threads_spin(const Getenv& getenv);

/// Starts the program again in the same process, with another environment, where openmp_changes() asks for
/// one; else returns, as it does where it can't be started again. Call it first in main, before MPI begins.
void restart_with_openmp_settings(char** argv);

}  // namespace tessera
