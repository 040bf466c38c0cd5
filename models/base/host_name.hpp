#pragma once

#include <string>

namespace tessera {

/// What the system calls the host that this process runs on, as in "nid001".
std::string host_name();

}  // namespace tessera
