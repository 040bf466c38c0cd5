#include "harness/run/automatic_resume.hpp"

#include <fmt/core.h>

#include <iostream>

#include "harness/process/flush_or_throw.hpp"
#include "harness/run/run_checkpoint.hpp"
#include "harness/run/run_directory.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

// The last checkpoint, unless it is damaged and the one before it isn't.
std::string checkpoint_of(const std::filesystem::path& directory) {
  const std::string last = last_checkpoint(directory);
  if (is_sound(directory / last) || !is_sound(directory / kPreviousCheckpointName)) return last;
  std::cout << fmt::format("{}: damaged; the run goes on from {}", (directory / last).string(),
                           kPreviousCheckpointName)
            << std::endl;
  return kPreviousCheckpointName;
}

}  // namespace

std::optional<std::string> automatic_resume(const Communicator& world,
                                            const std::filesystem::path& directory) {
  RunState state = RunState::Absent;
  std::string checkpoint;
  all_or_none(world, [&] {
    if (world.rank() != 0) return;
    state = state_of_run(directory);
    if (state == RunState::Resumable) checkpoint = checkpoint_of(directory);
    if (is_finished(state))
      flush_or_throw(
          std::cout << fmt::format("{}: the run is finished, {}\n", directory.string(), name_of(state)),
          "how the run stands");
  });
  world.broadcast(checkpoint, 0);
  const bool finished = world.max(is_finished(state) ? 1 : 0) == 1;
  return finished ? std::nullopt : std::optional(checkpoint);
}

}  // namespace tessera
