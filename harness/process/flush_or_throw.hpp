#pragma once

#include <ostream>
#include <string>

namespace tessera {

/// Writes what `out`, the standard output, has buffered. Throws MachineError where any of it failed to be
/// written, now or before; `what` names it in the message: "the report".
void flush_or_throw(std::ostream& out, const std::string& what);

}  // namespace tessera
