#include "models/network/memory_plan.hpp"

#include <algorithm>
#include <numeric>

namespace tessera {
namespace {

std::size_t aligned(std::size_t bytes) {
  return (bytes + 63) / 64 * 64;
}

bool live_together(const BufferLifetime& a, const BufferLifetime& b) {
  return a.first <= b.last && b.first <= a.last;
}

// What no plan can do without: the most that is alive at one step.
std::size_t most_alive(std::span<const BufferLifetime> buffers) {
  std::size_t most = 0;
  for (const BufferLifetime& at : buffers) {  // a maximum is reached where some buffer begins
    std::size_t alive = 0;
    for (const BufferLifetime& other : buffers)
      if (other.first <= at.first && at.first <= other.last) alive += aligned(other.bytes);
    most = std::max(most, alive);
  }
  return most;
}

// Each buffer in turn at the lowest place that is free for its lifetime.
MemoryPlan place_in_order(std::span<const BufferLifetime> buffers, std::span<const std::size_t> order) {
  MemoryPlan plan{std::vector<std::size_t>(buffers.size(), 0), 0};
  std::vector<std::size_t> placed;  // in order of offset
  for (const std::size_t buffer : order) {
    std::size_t offset = 0;
    for (const std::size_t other : placed) {
      if (!live_together(buffers[buffer], buffers[other])) continue;
      if (offset + aligned(buffers[buffer].bytes) <= plan.offsets[other]) break;
      offset = std::max(offset, plan.offsets[other] + aligned(buffers[other].bytes));
    }
    plan.offsets[buffer] = offset;
    plan.bytes = std::max(plan.bytes, offset + aligned(buffers[buffer].bytes));
    placed.insert(
        std::upper_bound(placed.begin(), placed.end(), offset,
                         [&](std::size_t at, std::size_t other) { return at < plan.offsets[other]; }),
        buffer);
  }
  return plan;
}

}  // namespace

MemoryPlan plan_memory(std::span<const BufferLifetime> buffers) {
  std::vector<std::size_t> order(buffers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return buffers[a].bytes > buffers[b].bytes; });
  const std::size_t least = most_alive(buffers);
  MemoryPlan plan = place_in_order(buffers, order), best = plan;
  constexpr int kTries = 32;
  for (int i = 0; i < kTries && best.bytes > least; ++i) {
    const auto topmost = std::find_if(order.begin(), order.end(), [&](std::size_t buffer) {
      return plan.offsets[buffer] + aligned(buffers[buffer].bytes) == plan.bytes;
    });
    std::rotate(order.begin(), topmost, topmost + 1);
    plan = place_in_order(buffers, order);
    if (plan.bytes < best.bytes) best = plan;
  }
  return best;
}

}  // namespace tessera
