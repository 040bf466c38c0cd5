#pragma once

#include <functional>
#include <string>

#include "parallel/mpi.hpp"
#include "parallel/uniform.hpp"

namespace tessera {

/// An exit code that rank 0 finds, with all that it reads and prints on the way; the others wait for it. What
/// it throws all throw. Collective.
inline int on_first_rank(const Communicator& world, const std::function<int()>& work) {
  std::string code;
  all_or_none(world, [&] {
    if (world.rank() == 0) code = std::to_string(work());
  });
  world.broadcast(code, 0);
  return std::stoi(code);
}

}  // namespace tessera
