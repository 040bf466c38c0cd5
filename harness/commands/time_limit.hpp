#pragma once

#include <optional>
#include <string>

#include "parallel/mpi.hpp"

namespace tessera {

/// Seconds of a duration as batch systems write it: "90", "0.5", or "1:30:00" (hours, minutes, seconds).
/// Throws InputError, which names the option, for anything else, and for one that isn't positive.
double time_limit_of(const std::string& text, const std::string& option);

/// Of --time-limit, in seconds from the start of this process; nothing where there is none, or the job has
/// none. "job": what the Slurm job has left by rank 0, less a minute to write a checkpoint and leave, or half
/// of it where it is less than two. Throws InputError as above, and where that can't be told. Collective.
std::optional<double> shared_time_limit(const Communicator& world, const std::string& text);

}  // namespace tessera
