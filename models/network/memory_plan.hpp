#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace tessera {

/// A buffer that must hold its contents from step `first` to step `last`, both included.
struct BufferLifetime {
  int first = 0, last = 0;
  std::size_t bytes = 0;
};

/// Where each buffer lies in one allocation. Buffers whose lifetimes overlap don't share a byte; others may.
struct MemoryPlan {
  std::vector<std::size_t> offsets;  // by buffer, multiples of 64
  std::size_t bytes = 0;             // of the allocation
};

/// Largest first, each at the lowest place that is free for its lifetime ("greedy by size", Pisarchyk & Lee
/// 2020, arXiv:2001.03288); then, while more is taken than is ever alive at once, a few times again with the
/// buffer that ended topmost placed first. The best of these plans.
MemoryPlan plan_memory(std::span<const BufferLifetime> buffers);

}  // namespace tessera
