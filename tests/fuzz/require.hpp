#pragma once

#include <cstdlib>

/// Ends the program where a target's promise is broken, in builds without assertions too.
inline void require(bool holds) {
  if (!holds) std::abort();
}
