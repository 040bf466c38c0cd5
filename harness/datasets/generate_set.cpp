#include "harness/datasets/generate_set.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

namespace tessera {

GenerateProgress progress_on(const Communicator& world, const Moved& moved) {
  const bool says = world.rank() == 0 && isatty(STDERR_FILENO) != 0;
  return [says, moved, said = std::int64_t{-1}](std::int64_t done, std::int64_t of) mutable {
    moved();
    const std::int64_t percent = 100 * done / of;
    if (!says || std::exchange(said, percent) == percent) return;
    fmt::print(stderr, "\rgenerated {:3d} %{}", percent, done == of ? "\r                \r" : "");
    std::fflush(stderr);
  };
}

}  // namespace tessera
