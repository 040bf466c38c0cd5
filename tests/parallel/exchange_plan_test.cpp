#include "parallel/exchange_plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "models/base/footprint.hpp"
#include "models/base/random.hpp"
#include "parallel/partition.hpp"

namespace tessera {
namespace {

struct Point {
  std::int64_t d, h, w;
};

bool holds(const Box& box, Point p) {
  return box.d.contains(p.d) && box.h.contains(p.h) && box.w.contains(p.w);
}

template <class Visit>
void for_each_point(const Box& box, const Visit& visit) {
  for (std::int64_t d = box.d.begin; d < box.d.end; ++d)
    for (std::int64_t h = box.h.begin; h < box.h.end; ++h)
      for (std::int64_t w = box.w.begin; w < box.w.end; ++w) visit(Point{d, h, w});
}

// Every wanted element arrives exactly once, from its owner, and nothing else does; each piece received is a
// piece sent and the other way round.
void expect_sound(std::span<const Box> owned, std::span<const Box> wanted) {
  const int processes = static_cast<int>(owned.size());
  std::vector<ExchangePlan> plans;
  for (int me = 0; me < processes; ++me) plans.push_back(plan_exchange(owned, wanted, me));
  EXPECT_EQ(plan_exchanges(owned, wanted), plans) << "planned for all at once";
  for (int me = 0; me < processes; ++me) {
    std::int64_t elements = plans[me].here.count();
    for (const Piece& piece : plans[me].receive) {
      EXPECT_NE(piece.peer, me);
      EXPECT_FALSE(piece.box.empty());
      elements += piece.box.count();
      const std::vector<Piece>& sent = plans[piece.peer].send;
      EXPECT_EQ(std::count(sent.begin(), sent.end(), Piece{me, piece.box}), 1);
    }
    for (const Piece& piece : plans[me].send) {
      const std::vector<Piece>& received = plans[piece.peer].receive;
      EXPECT_EQ(std::count(received.begin(), received.end(), Piece{me, piece.box}), 1);
    }
    EXPECT_EQ(elements, wanted[me].count());
    for_each_point(wanted[me], [&](Point point) {
      int arrivals = holds(plans[me].here, point) && holds(owned[me], point);
      for (const Piece& piece : plans[me].receive)
        arrivals += holds(piece.box, point) && holds(owned[piece.peer], point);
      EXPECT_EQ(arrivals, 1);
    });
  }
}

std::vector<Box> wanted_boxes(std::span<const Box> outputs, const Footprint& footprint, Extents space) {
  std::vector<Box> boxes;
  for (const Box& out : outputs) {
    boxes.push_back({wanted(footprint, out.d, space.d), wanted(footprint, out.h, space.h),
                     wanted(footprint, out.w, space.w)});
  }
  return boxes;
}

TEST(ExchangePlan, BringsEveryWantedElementOnceFromItsOwner) {
  const Extents space{6, 9, 8};
  for (const GridDims dims : {GridDims{1, 1, 1, 1}, GridDims{1, 2, 1, 1}, GridDims{1, 4, 1, 1},
                              GridDims{1, 2, 2, 2}, GridDims{1, 1, 4, 3}, GridDims{1, 8, 2, 1}}) {
    const std::vector<Box> owned = Partition(dims).all(space);
    for (const Footprint& footprint :
         {Footprint{}, Footprint::window(3, 1, 1, 1), Footprint::window(3, 1, 4, 4)}) {
      expect_sound(owned, wanted_boxes(owned, footprint, space));
    }
    const std::vector<Box> pooled = Partition(dims).all({3, 4, 4});  // some parts own no output
    expect_sound(owned, wanted_boxes(pooled, Footprint::window(2, 2, 0, 1), space));
  }
}

TEST(ExchangePlan, BringsEverythingToEverybodyForAFlatten) {
  const Extents space{4, 4, 4};
  const std::vector<Box> owned = Partition(GridDims{1, 8, 1, 1}).all(space);  // half of them empty
  expect_sound(owned, std::vector<Box>(8, Box::whole(space)));
}

TEST(ExchangePlan, IsSoundForBoxesThatFollowNoPattern) {
  const Extents space{5, 6, 7};
  const std::vector<Box> owned = Partition(GridDims{1, 2, 3, 1}).all(space);
  for (std::uint64_t trial = 0; trial < 200; ++trial) {
    const RandomStream random{7, Purpose::Synthetic, trial};
    std::vector<Box> wanted;
    for (std::uint64_t p = 0; p < owned.size(); ++p) {
      const auto lo = random.bits(2 * p), hi = random.bits(2 * p + 1);
      const auto interval = [&](int axis, std::int64_t n) {  // one in about four is empty
        return Interval{lo[axis] % n, hi[axis] % (n + 1)};
      };
      const Box box{interval(0, space.d), interval(1, space.h), interval(2, space.w)};
      wanted.push_back(box.empty() ? Box{} : box);
    }
    expect_sound(owned, wanted);
  }
}

TEST(ExchangePlan, ReachesPastANeighbourThatIsNarrowerThanTheHalo) {
  const Extents space{1, 48, 72};
  const std::vector<Box> owned = Partition(GridDims{1, 1, 8, 1}).all(space);
  std::vector<Box> wanted_rows;
  for (const Box& out : owned) {
    wanted_rows.push_back({out.d, wanted(Footprint::window(3, 1, 18, 18), out.h, space.h), out.w});
  }
  EXPECT_EQ(plan_exchange(owned, wanted_rows, 4).receive.size(), 6U);  // three rows of processes either side
  EXPECT_EQ(plan_exchange(owned, wanted_rows, 0).receive.size(), 3U);
}

TEST(ExchangePlan, MovesNothingWhenEachWantsWhatItOwns) {
  const std::vector<Box> owned = Partition(GridDims{1, 2, 2, 1}).all({4, 4, 4});
  const ExchangePlan plan = plan_exchange(owned, owned, 3);
  EXPECT_TRUE(plan.send.empty() && plan.receive.empty());
  EXPECT_EQ(plan.here, owned[3]);
}

TEST(ExchangePlan, HashTellsExchangesApart) {
  const std::vector<Box> a = Partition(GridDims{1, 2, 1, 1}).all({4, 4, 4});
  const std::vector<Box> b = Partition(GridDims{1, 1, 2, 1}).all({4, 4, 4});
  EXPECT_EQ(plan_hash(a, b), plan_hash(a, b));
  EXPECT_NE(plan_hash(a, b), plan_hash(b, a));
  EXPECT_NE(plan_hash(a, a), plan_hash(a, b));
}

}  // namespace
}  // namespace tessera
