#include "harness/datasets/generate_set.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>

namespace tessera {

GenerateProgress progress_on(const Communicator& world, const Moved& moved) {
  const bool says = world.rank() == 0 && isatty(STDERR_FILENO) != 0;
  return [says, moved](std::int64_t done, std::int64_t of) {
    moved();
    if (!says) return;
    fmt::print(stderr, "\rgenerated {:3d} %{}", 100 * done / of, done == of ? "\r                \r" : "");
    std::fflush(stderr);
  };
}

}  // namespace tessera
