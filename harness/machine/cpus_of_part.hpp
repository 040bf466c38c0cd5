#pragma once

#include <sched.h>

#include <optional>

namespace tessera {

/// The logical CPUs of part `part` of `parts` of this machine's cores, as far as this process may use them:
/// programs started side by side don't sit on the same cores. Nothing for one part, and where there are fewer
/// cores than parts.
std::optional<cpu_set_t> cpus_of_part(int part, int parts);

}  // namespace tessera
