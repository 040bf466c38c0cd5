#include "parallel/roll_call.hpp"

#include <algorithm>
#include <optional>

namespace tessera {
namespace {

enum RollCallTag : int { kCall = 1, kAnswer };

}  // namespace

RollCall::RollCall(const Communicator& world)
    : comm_(world.split(0, world.rank())), answered_(static_cast<std::size_t>(world.size()), false) {}

void RollCall::call() {
  if (!is_possible()) return;
  answer();
  std::fill(answered_.begin(), answered_.end(), false);
  for (int rank = 0; rank < comm_.size(); ++rank)
    if (rank != comm_.rank()) comm_.send_empty(rank, kCall);
}

void RollCall::answer() {
  while (const std::optional<int> rank = comm_.take_empty(kCall)) comm_.send_empty(*rank, kAnswer);
  while (const std::optional<int> rank = comm_.take_empty(kAnswer)) answered_[*rank] = true;
}

std::vector<int> RollCall::silent() const {
  std::vector<int> silent;
  for (int rank = 0; rank < comm_.size(); ++rank)
    if (rank != comm_.rank() && !answered_[rank]) silent.push_back(rank);
  return silent;
}

bool RollCall::is_first() const {
  if (!is_possible()) return comm_.rank() == 0;
  const auto end = answered_.begin() + comm_.rank();
  return std::find(answered_.begin(), end, true) == end;
}

}  // namespace tessera
