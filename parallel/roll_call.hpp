#pragma once

#include <vector>

#include "parallel/mpi.hpp"

namespace tessera {

/// Finds out which ranks still wait, by empty messages that pass by all others: one who calls gets an answer
/// of everybody who comes to answer(). It costs nothing before somebody calls, and waits for nobody.
class RollCall {
 public:
  /// Collective.
  explicit RollCall(const Communicator& world);

  /// Whether a call of all can be afforded: with more ranks nobody calls, and nobody is known to be silent.
  bool is_possible() const { return comm_.size() <= kMostRanks; }
  /// Calls every rank, and forgets who answered before.
  void call();
  /// Answers calls, and notes answers, that have come.
  void answer();
  /// Since call(); this rank is not among them.
  std::vector<int> silent() const;
  /// No rank below this one has answered; rank 0 where nobody calls.
  bool is_first() const;

 private:
  static constexpr int kMostRanks = 1024;

  Communicator comm_;
  std::vector<bool> answered_;  // by rank
};

}  // namespace tessera
