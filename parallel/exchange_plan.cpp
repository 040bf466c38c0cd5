#include "parallel/exchange_plan.hpp"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <map>
#include <ranges>
#include <set>

namespace tessera {
namespace {

/// Finds the processes that own a part of a box, without asking all. Owned boxes, which don't overlap, have
/// names in where they begin; along an axis those that may reach into a box begin at few places.
class Owners {
 public:
  explicit Owners(std::span<const Box> owned) {
    for (std::size_t process = 0; process < owned.size(); ++process) {
      if (owned[process].empty()) continue;
      const std::array<Interval, 3> axes = owned[process].axes();
      by_begin_[{axes[0].begin, axes[1].begin, axes[2].begin}] = static_cast<int>(process);
      for (std::size_t axis = 0; axis < 3; ++axis) {
        begins_[axis].insert(axes[axis].begin);
        longest_[axis] = std::max(longest_[axis], axes[axis].size());
      }
    }
  }

  /// In ascending order; also some that own nothing of it.
  std::vector<int> near(const Box& box) const {
    std::vector<int> processes;
    if (box.empty()) return processes;
    for (const std::int64_t d : begins_near(0, box.d))
      for (const std::int64_t h : begins_near(1, box.h))
        for (const std::int64_t w : begins_near(2, box.w))
          if (const auto found = by_begin_.find({d, h, w}); found != by_begin_.end())
            processes.push_back(found->second);
    std::ranges::sort(processes);
    return processes;
  }

 private:
  std::ranges::subrange<std::set<std::int64_t>::const_iterator> begins_near(std::size_t axis,
                                                                            const Interval& of) const {
    return {begins_[axis].upper_bound(of.begin - longest_[axis]), begins_[axis].lower_bound(of.end)};
  }

  std::map<std::array<std::int64_t, 3>, int> by_begin_;
  std::array<std::set<std::int64_t>, 3> begins_;     // by axis
  std::array<std::int64_t, 3> longest_ = {0, 0, 0};  // owned, along it
};

}  // namespace

ExchangePlan plan_exchange(std::span<const Box> owned, std::span<const Box> wanted, int me) {
  assert(owned.size() == wanted.size());
  ExchangePlan plan;
  plan.here = intersect(owned[me], wanted[me]);
  for (int peer = 0; peer < static_cast<int>(owned.size()); ++peer) {
    if (peer == me) continue;
    const Box in = intersect(owned[peer], wanted[me]);
    const Box out = intersect(owned[me], wanted[peer]);
    if (!in.empty()) plan.receive.push_back({peer, in});
    if (!out.empty()) plan.send.push_back({peer, out});
  }
  return plan;
}

std::vector<ExchangePlan> plan_exchanges(std::span<const Box> owned, std::span<const Box> wanted) {
  assert(owned.size() == wanted.size());
  const Owners owners(owned);
  std::vector<ExchangePlan> plans(owned.size());
  for (std::size_t me = 0; me < owned.size(); ++me) {
    plans[me].here = intersect(owned[me], wanted[me]);
    for (const int peer : owners.near(wanted[me])) {
      const auto from = static_cast<std::size_t>(peer);
      const Box box = intersect(owned[from], wanted[me]);
      if (from == me || box.empty()) continue;
      plans[me].receive.push_back({peer, box});
      plans[from].send.push_back({static_cast<int>(me), box});
    }
  }
  return plans;
}

std::uint64_t plan_hash(std::span<const Box> owned, std::span<const Box> wanted) {
  static_assert(sizeof(Box) == 6 * sizeof(std::int64_t), "boxes are hashed as bytes: no padding");
  return XXH3_64bits_withSeed(wanted.data(), wanted.size_bytes(),
                              XXH3_64bits(owned.data(), owned.size_bytes()));
}

}  // namespace tessera
