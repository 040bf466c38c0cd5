#pragma once

#include <string>

namespace tessera {

/// What the system calls the host that this process runs on, as in "nid001".
std::string host_name();

/// Of the kernel that runs here since the host was started: tells hosts of one name apart. Empty where the
/// system doesn't say.
std::string boot_id();

}  // namespace tessera
