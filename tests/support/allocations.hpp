#pragma once

#include <cstdint>

namespace tessera::testing {

/// How often this process has called operator new. Link allocations.cpp, which replaces it, to use this.
std::int64_t allocations();

}  // namespace tessera::testing
