#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/base/error.hpp"
#include "parallel/exit_deadline.hpp"
#include "parallel/mpi.hpp"
#include "parallel/roll_call.hpp"
#include "parallel/waited_for.hpp"

namespace tessera {

/// Ranks that this one waits for don't go on. Each rank may be alone with it: it is for run_collectively.
class LostRanks : public MachineError {
 public:
  using MachineError::MachineError;
};

/// How long one wait has lasted. Time in which this process itself was stopped, as a suspended job is,
/// doesn't count.
class WaitClock {
 public:
  /// Returns the seconds since the call before, but `most` where it was longer ago than anybody computes.
  double tick(double most);
  double seconds() const { return seconds_; }

 private:
  std::chrono::steady_clock::time_point last_{};
  double seconds_ = 0;
};

/// The state of a wait under way.
struct WatchedWait {
  WaitClock clock;
  double seconds_since_signal = 0;
  std::optional<double> called_at;  // when the roll was called, by the clock
};

/// While it lives, no wait of a world's communicators lasts for ever: one in which nothing has come for too
/// long throws LostRanks, which names the ranks that don't answer, their hosts and what was waited for. Every
/// rank watches its own waits; the first of those that are left speaks for all, the others follow if that
/// hasn't ended them. One at a time. (Waits within MPI_Comm_split and its like are MPI's own, and short.)
class WaitWatch {
 public:
  struct Options {
    /// nullopt: the larger of 600 s and 20 times the longest step so far.
    std::optional<double> limit_seconds = std::nullopt;
    /// Whether a signal asked the process to end. From then on the larger of these seconds and twice the
    /// longest step are enough; where others are at work, as on the last checkpoint, or the first step is
    /// still to come, the larger of a minute and that.
    std::function<bool()> asked_to_end = [] { return false; };
    double seconds_after_signal = 10, seconds_of_work_after_signal = 60;
  };
  /// Borrows the world. Collective.
  WaitWatch(const Communicator& world, Options options);
  WaitWatch(const WaitWatch&) = delete;
  WaitWatch& operator=(const WaitWatch&) = delete;
  ~WaitWatch();

  /// Called now and then by who waits for the requests.
  void look(std::span<const Request> requests, const WaitedFor& what, WatchedWait& wait);

 private:
  using HostName = std::array<char, 64>;

  double limit() const;
  double answers_take(const WatchedWait& wait) const;
  double limit_after_signal(WaitedFor::Kind kind) const;
  [[noreturn]] void leave(std::span<const Request> requests, const WaitedFor& what, const WatchedWait& wait);
  std::string who(std::span<const Request> requests) const;
  std::string names(const std::vector<int>& ranks) const;
  std::string place(const WaitedFor& what) const;

  const Communicator& world_;
  Options options_;
  std::vector<HostName> hosts_;  // by rank
  RollCall roll_call_;
  std::optional<ExitDeadline> deadline_;
};

}  // namespace tessera
