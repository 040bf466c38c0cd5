#include "parallel/uniform.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <new>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

#include "models/base/host_name.hpp"
#include "parallel/wait_watch.hpp"

namespace tessera {
namespace {

// A path that can't be followed is the user's to mend, unless the disk itself failed.
Error error_of_path(const std::filesystem::filesystem_error& error) {
  const std::error_code code = error.code();
  const std::string problem = fmt::format("a path can't be used: {}", code.message());
  if (code == std::errc::io_error || code == std::errc::no_space_on_device)
    return MachineError(problem, error.path1().string(), "check this disk, or name another directory");
  return InputError(problem, error.path1().string(), "name a path that exists and may be used");
}

// What `body` threw, as an Error; nothing if it came to its end.
template <class Body>
std::optional<Error> error_of(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return MachineError("out of memory", "allocation",
                        "use a smaller batch, fewer ranks a node or more ranks a sample");
  } catch (const std::filesystem::filesystem_error& error) {
    return error_of_path(error);
  } catch (const std::exception& error) {
    return MachineError(error.what(), "unexpected exception", "report it with the command and its input");
  }
  return std::nullopt;
}

/// Thrown in a rank's work when another rank's has failed.
struct OtherFailed {};

/// Rounds in which ranks tell each other how far they are: one each second in which some rank's work moves,
/// and the last, of which all know that it is, when nobody works any more.
class Rounds {
 public:
  Rounds(const Communicator& comm, const WaitedFor& what) : comm_(comm), what_(what) {}

  // Of a rank at work: joins a round, unless the last one began just now or still waits for others.
  void moved() {
    if (comm_.size() == 1 || std::chrono::steady_clock::now() - began_ < std::chrono::seconds(1)) return;
    if (!round_.test()) {
      if (WaitWatch* watch = comm_.notes().watch) watch->look({&round_, 1}, what_, wait_);
      return;
    }
    if (all_[kFailed] < comm_.size()) throw OtherFailed();
    join(true, comm_.size());
  }
  // Of a rank that is done: the lowest that failed; as many as there are ranks if none did.
  int first_failed(bool failed) {
    do {
      wait(round_, what_);
      join(false, failed ? comm_.rank() : comm_.size());
      wait(round_, what_);
    } while (all_[kDone] == 0);
    return static_cast<int>(all_[kFailed]);
  }

 private:
  enum Member : std::uint8_t { kDone, kFailed, kMembers };

  void join(bool at_work, int failed) {
    began_ = std::chrono::steady_clock::now();
    all_ = {at_work ? 0 : 1, failed};
    round_ = comm_.start_min(all_);
    wait_ = {};
  }

  const Communicator& comm_;
  WaitedFor what_;
  std::array<std::int64_t, kMembers> all_{0, comm_.size()};
  Request round_;
  WatchedWait wait_;  // for the round, while this rank is at work
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

// "rank 3, host nid001": one broken node of a thousand can't be found by a rank alone.
std::string name_of_rank(const Communicator& comm) {
  return fmt::format("rank {}, host {}", comm.rank(), host_name());
}

Error with_place(const Error& error, const Communicator& comm) {
  if (comm.size() == 1) return error;
  return Error(error.fault(), error.problem(), fmt::format("{} (on {})", error.where(), name_of_rank(comm)),
               error.fix());
}

void work_together(const Communicator& comm, const WaitedFor& what,
                   const std::function<void(const Moved& moved)>& work) {
  Rounds rounds(comm, what);
  std::exception_ptr lost;  // there is nobody left to agree with
  const std::optional<Error> mine = error_of([&] {
    try {
      work([&] { rounds.moved(); });
    } catch (const LostRanks&) {
      lost = std::current_exception();
    } catch (const OtherFailed&) {
    }
  });
  if (lost) std::rethrow_exception(lost);
  const int first = rounds.first_failed(mine.has_value());
  if (first == comm.size()) return;
  const Error said = comm.rank() == first ? with_place(*mine, comm) : MachineError("", "", "");
  const std::string fault = comm.told_by(first, said.fault() == Fault::Input ? "input" : "machine");
  const std::string problem = comm.told_by(first, said.problem()), where = comm.told_by(first, said.where()),
                    fix = comm.told_by(first, said.fix());
  throw UniformError(fault == "input" ? Fault::Input : Fault::Machine, problem, where, fix, comm.size());
}

}  // namespace

void print(const Error& error) {
  fmt::print(stderr, "tessera: {}\n", error.what());
  std::fflush(stderr);
}

void all_or_none(const Communicator& comm, const std::function<void()>& check) {
  work_together(comm, WaitedFor{"an agreement"}, [&](const Moved&) { check(); });
}

void all_or_none(const Communicator& comm, const char* what,
                 const std::function<void(const Moved& moved)>& work) {
  work_together(comm, WaitedFor{what, WaitedFor::Kind::Work}, work);
}

void agree(const Communicator& comm, std::uint64_t value, const std::string& what) {
  const std::vector<std::uint64_t> all = comm.all_gather(value);
  const auto other = std::find_if(all.begin(), all.end(), [&](std::uint64_t v) { return v != all.front(); });
  if (other == all.end()) return;
  const int first = static_cast<int>(other - all.begin());
  const std::string host_of_0 = comm.told_by(0, host_name());
  const std::string host_of_first = comm.told_by(first, host_name());
  throw UniformError(Fault::Machine,
                     fmt::format("{} differ between rank 0 (host {}) and rank {} (host {})", what, host_of_0,
                                 first, host_of_first),
                     "agreement of ranks", "start the same program with the same input on every node",
                     comm.size());
}

int run_collectively(const Communicator& world, const std::function<int()>& body) {
  int exit_code = 0;
  const std::optional<Error> lonely = error_of([&] {
    try {
      exit_code = body();
    } catch (const UniformError& error) {
      if (error.ranks() != world.size()) throw;
      exit_code = error.exit_code();
      if (world.rank() == 0) print(error);
    }
  });
  if (!lonely) return exit_code;
  print(with_place(*lonely, world));
  if (world.size() == 1) return lonely->exit_code();
  // The launcher passes on what was said through pipes, and an abort may overtake the message in them.
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  world.abort(lonely->exit_code());
}

}  // namespace tessera
