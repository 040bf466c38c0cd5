#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "harness/commands/command_line.hpp"
#include "parallel/wait_watch.hpp"

/// The option --step-timeout of commands in which ranks wait for each other.
namespace tessera {

/// Seconds; 0: none; nullopt: what WaitWatch has by itself.
using StepTimeout = std::optional<std::int64_t>;

void add_step_timeout(CommandSyntax command, StepTimeout& seconds);

/// Watches the waits of the world while it lives; null where nobody is to. Where StopSignals holds back a
/// signal, a wait that the signal can't end is ended soon. Collective.
std::unique_ptr<WaitWatch> watch_waits(const Communicator& world, const StepTimeout& seconds);

}  // namespace tessera
