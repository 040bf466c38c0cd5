#pragma once

#include <string>

namespace tessera {

/// The launcher of the library that this program is built with, with {ranks} for their number: MPICH's own
/// name for it, where that is there.
std::string usual_launcher();

}  // namespace tessera
