#pragma once

#include <cstring>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "harness/process/flush_or_throw.hpp"
#include "harness/process/slurm.hpp"
#include "io/dataset/generated_set.hpp"
#include "parallel/uniform.hpp"

namespace tessera {

/// How one kind of data set is generated. Summary: of one sample, plain bytes.
template <class Summary>
struct SetGenerator {
  std::filesystem::path directory;          // to make
  std::function<void()> check;              // every rank: throws where the set can't be made
  std::function<DirectoryState()> prepare;  // rank 0
  std::function<std::vector<Summary>(int part, int parts, const GenerateProgress& progress)> generate;
  std::function<std::string(std::span<const Summary> all)> finish;  // rank 0; what to print
  std::function<std::string()> describe;  // rank 0, of a set that is there already; what to print
};

/// Calls moved, and says on a terminal how far this rank's part is.
GenerateProgress progress_on(const Communicator& world, const Moved& moved);

/// All ranks' summaries, by rank and so by sample, on rank 0.
template <class Summary>
std::vector<Summary> gather(const Communicator& world, const std::vector<Summary>& mine) {
  static_assert(std::is_trivially_copyable_v<Summary>);
  const auto bytes = std::as_bytes(std::span(mine));
  std::vector<Summary> all;
  for (const std::string& part :
       world.gather({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, 0)) {
    const std::size_t before = all.size();
    all.resize(before + part.size() / sizeof(Summary));
    if (!part.empty()) std::memcpy(all.data() + before, part.data(), part.size());
  }
  return all;
}

/// Generates a data set on all ranks, or finds it complete; returns the exit code. While it is under way the
/// directory is locked; should another process take it over, the set isn't completed. Collective.
template <class Summary>
int generate_set(const SetGenerator<Summary>& generator, const Communicator& world) {
  std::string state = "generate";
  std::unique_ptr<DirectoryLock> lock;  // on rank 0
  all_or_none(world, [&] {
    generator.check();
    if (world.rank() != 0) return;
    lock = lock_to_generate(generator.directory, slurm_job_has_ended);
    if (generator.prepare() == DirectoryState::Complete) state = "complete";
  });
  world.broadcast(state, 0);
  if (state == "complete") {
    all_or_none(world, [&] {
      if (world.rank() == 0) flush_or_throw(std::cout << generator.describe(), "what the data set is");
    });
    return 0;
  }
  std::vector<Summary> mine;
  all_or_none(world, "generating", [&](const Moved& moved) {
    mine = generator.generate(world.rank(), world.size(), progress_on(world, moved));
  });
  const std::vector<Summary> all = gather(world, mine);
  all_or_none(world, [&] {
    if (world.rank() != 0) return;
    lock->check();
    flush_or_throw(std::cout << generator.finish(all), "what the data set is");
  });
  return 0;
}

}  // namespace tessera
