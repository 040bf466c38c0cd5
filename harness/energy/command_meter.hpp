#pragma once

#include <memory>
#include <string>

#include "harness/energy/energy_meter.hpp"

namespace tessera {

/// A program of the user's, started by the shell at once, that prints a line "<unix seconds> <watts>" for
/// each reading, of the whole node, on either stream; what else it prints is passed over, and complained of.
/// It and its children end with the meter. Throws as ChildProcess does.
std::unique_ptr<EnergyMeter> make_command_meter(const std::string& command);

}  // namespace tessera
