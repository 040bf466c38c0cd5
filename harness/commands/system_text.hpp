#pragma once

#include <string>
#include <string_view>

#include "parallel/mpi.hpp"
#include "submissions/system_description.hpp"

namespace tessera {

/// What the program can tell of the system that it runs on: all 33 fields, empty where it can't. Counts of
/// cores are a processor's, of processors a node's; nodes are those of the world. It uses no accelerator and
/// says so. `probe` is what probe_system() found on one node.
SystemDescription detected_system(const nlohmann::json& probe, int nodes);

/// Puts in what a user says of the system: YAML, `field: text` each, which wins over what was detected. An
/// empty value empties the field. Throws InputError with file and line for what is no such field (naming the
/// nearest), and for values that aren't text or a number.
void apply_user_fields(SystemDescription& system, std::string_view yaml, const std::string& source);

/// On how many nodes the world is. Collective.
int nodes_of(const Communicator& world);

}  // namespace tessera
