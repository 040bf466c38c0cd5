#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "models/base/error.hpp"
#include "parallel/mpi.hpp"

/// Errors on many processes: all of them leave together, and one of them says why.
namespace tessera {

/// An error that every member of a communicator of `ranks` members throws at the same point of the program.
/// MPI is finalised after it, so nothing may be in flight when it is thrown: finish reductions first.
class UniformError : public Error {
 public:
  UniformError(Fault fault, std::string problem, std::string where, std::string fix, int ranks)
      : Error(fault, std::move(problem), std::move(where), std::move(fix)), ranks_(ranks) {}
  int ranks() const { return ranks_; }

 private:
  int ranks_;
};

/// Tells the user, on the standard error stream.
void print(const Error& error);

/// Runs `check` on every member. If it threw on any, every member throws the same UniformError: that of the
/// lowest rank that failed, which `where` names with its host when there are several ranks. Of the
/// exceptions that are no Error, a path that can't be used becomes the input's fault, others the machine's.
/// `check` must not communicate over comm. Collective.
void all_or_none(const Communicator& comm, const std::function<void()>& check);

/// The same of a work that may take longer than a step, such as copying many files. The work calls what it is
/// given whenever a piece is done, on the thread that it was called on: about each second the ranks that wait
/// learn that it moves, so that no WaitWatch ends their waits, and the work learns whether another rank has
/// failed, when it is ended by an exception of no type of its own. what: its name in messages, such as
/// "staging".
using Moved = std::function<void()>;
void all_or_none(const Communicator& comm, const char* what,
                 const std::function<void(const Moved& moved)>& work);

/// Throws the same UniformError (machine's fault) on every member unless all hold the same value: a hash of a
/// plan or of parameters; `what` names it in the message. Collective.
void agree(const Communicator& comm, std::uint64_t value, const std::string& what);

/// Runs the body of a program and returns its exit code; the safety net under everything.
/// A UniformError of the whole world is printed by rank 0 to stderr, and all return its exit code, so that
/// they finalise cleanly. Any other exception may have left this rank alone while the others wait for it: it
/// prints its message and aborts all with its exit code.
int run_collectively(const Communicator& world, const std::function<int()>& body);

}  // namespace tessera
