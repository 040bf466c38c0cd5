#include "harness/run/automatic_resume.hpp"

#include <fmt/core.h>

#include <iostream>

#include "harness/run/run_directory.hpp"
#include "parallel/uniform.hpp"

namespace tessera {

std::optional<std::string> automatic_resume(const Communicator& world,
                                            const std::filesystem::path& directory) {
  RunState state = RunState::Absent;
  std::string checkpoint;
  all_or_none(world, [&] {
    if (world.rank() != 0) return;
    state = state_of_run(directory);
    if (state == RunState::Resumable) checkpoint = last_checkpoint(directory);
    if (is_finished(state))
      std::cout << fmt::format("{}: the run is finished, {}", directory.string(), name_of(state))
                << std::endl;
  });
  world.broadcast(checkpoint, 0);
  const bool finished = world.max(is_finished(state) ? 1 : 0) == 1;
  return finished ? std::nullopt : std::optional(checkpoint);
}

}  // namespace tessera
