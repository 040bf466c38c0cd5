#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

/// When processes of this system started, by /proc.
namespace tessera {

/// Clock ticks from the start of the system to that of the process, by which it is told from a later process
/// of the same number; nothing where there is no such process any more, or it has ended and waits for its
/// parent to hear of it.
std::optional<std::uint64_t> start_of_process(pid_t process);

/// Seconds since this process started; to 10 ms on most systems. 0 where /proc doesn't tell.
double age_of_this_process();

}  // namespace tessera
