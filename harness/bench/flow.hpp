#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "harness/process/statistics.hpp"
#include "models/base/tensor.hpp"
#include "parallel/mpi.hpp"

namespace tessera {

/// One part of the way from files to the network, beside what as many bytes take at least. Seconds are
/// medians over the repeats, spread over the ranks.
struct BenchedFlow {
  std::string name;
  std::size_t bytes = 0;  // of a rank: that come out of it
  MinMedianMax seconds;
  std::string ceiling;  // "pread", "copy" or "memcpy"
  MinMedianMax ceiling_seconds;
};

/// What is timed. `round` counts from 0.
struct Flow {
  std::string name;
  std::size_t bytes = 0;
  std::function<void(int round)> body;
  std::string ceiling_name;
  std::function<void()> ceiling;
  std::function<void()> prepare = [] {};  // before each round, off the clock
};

/// Body and ceiling are timed in turn, so that they meet the same disturbances; a round before doesn't count.
/// Collective; what either throws on one rank is thrown by all, as all_or_none() does.
BenchedFlow time_flow(const Communicator& world, std::int64_t repeats, const Flow& flow);

/// Memory to memory, a sample at a time.
class MemoryCopy {
 public:
  MemoryCopy(std::size_t bytes, std::size_t times);
  void operator()() const;

 private:
  std::shared_ptr<AlignedBytes> from_, to_;
  std::size_t times_;
};

/// Reads the first bytes of a file, as many as `into` takes and the file has. Throws InputError where they
/// can't be read.
void read_plainly(const std::filesystem::path& file, std::span<std::byte> into);

}  // namespace tessera
