#include "harness/process/flush_or_throw.hpp"

#include <fmt/core.h>

#include "models/base/error.hpp"

namespace tessera {

void flush_or_throw(std::ostream& out, const std::string& what) {
  if (!out.flush())
    throw MachineError(fmt::format("{} can't be written", what), "standard output", "make room on its disk");
}

}  // namespace tessera
