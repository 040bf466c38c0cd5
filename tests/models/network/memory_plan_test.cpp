#include "models/network/memory_plan.hpp"

#include <gtest/gtest.h>

#include "models/base/random.hpp"

namespace tessera {
namespace {

std::vector<BufferLifetime> random_buffers(std::uint64_t seed, int count) {
  std::vector<BufferLifetime> buffers;
  const RandomStream random{seed, Purpose::Synthetic, 0, 0};
  for (int i = 0; i < count; ++i) {
    const auto words = random.bits(static_cast<std::uint64_t>(i));
    const int first = static_cast<int>(words[0] % 30);
    buffers.push_back({first, first + static_cast<int>(words[1] % 8), words[2] % 5000});
  }
  return buffers;
}

bool live_together(const BufferLifetime& a, const BufferLifetime& b) {
  return a.first <= b.last && b.first <= a.last;
}

TEST(MemoryPlan, NeverLetsTwoLiveBuffersShareAByte) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto buffers = random_buffers(seed, 40);
    const MemoryPlan plan = plan_memory(buffers);
    for (std::size_t i = 0; i < buffers.size(); ++i) {
      EXPECT_EQ(plan.offsets[i] % 64, 0U);
      EXPECT_LE(plan.offsets[i] + buffers[i].bytes, plan.bytes);
      for (std::size_t j = 0; j < i; ++j) {
        if (!live_together(buffers[i], buffers[j])) continue;
        EXPECT_TRUE(plan.offsets[i] + buffers[i].bytes <= plan.offsets[j] ||
                    plan.offsets[j] + buffers[j].bytes <= plan.offsets[i]);
      }
    }
  }
}

TEST(MemoryPlan, UsesAPlaceAgainOnceItsBufferIsDead) {
  const std::vector<BufferLifetime> chain = {
      {0, 1, 1 << 20}, {1, 2, 1 << 18}, {2, 3, 1 << 20}, {3, 4, 1 << 18}};
  EXPECT_EQ(plan_memory(chain).bytes, (1U << 20) + (1U << 18));
}

TEST(MemoryPlan, StaysNearTheLargestSumOfLiveBuffers) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto buffers = random_buffers(seed, 60);
    std::size_t peak = 0;
    for (int step = 0; step < 40; ++step) {
      std::size_t live = 0;
      for (const BufferLifetime& buffer : buffers)
        if (buffer.first <= step && step <= buffer.last) live += buffer.bytes;
      peak = std::max(peak, live);
    }
    EXPECT_LE(plan_memory(buffers).bytes, peak * 5 / 4 + 64 * 60);
  }
}

// A large buffer at the bottom keeps two small ones above it apart: the second large one must make room.
TEST(MemoryPlan, MovesALargeBufferToMakeRoomForASmallOne) {
  const std::vector<BufferLifetime> buffers = {
      {0, 1, 1 << 20}, {1, 3, 1 << 16}, {3, 4, 1 << 16}, {4, 5, 1 << 20}};
  EXPECT_EQ(plan_memory(buffers).bytes, (1U << 20) + (1U << 16));
}

TEST(MemoryPlan, OfNothingIsEmpty) {
  EXPECT_EQ(plan_memory({}).bytes, 0U);
}

}  // namespace
}  // namespace tessera
