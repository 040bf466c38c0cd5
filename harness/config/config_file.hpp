#pragma once

#include <string>

namespace tessera {

/// The file of a configuration: `name` itself if it is there or has a folder or an ending, else the
/// configuration of that name that came with the program, as "cosmoflow-tiny". These are in
/// ../share/tessera/configs of an installed program's folder, in ../harness/configs of a program in a build
/// folder. Throws InputError where there is none, with the names that there are.
std::string config_file(const std::string& name);
/// The same of the description of a machine, as "fugaku", in the folder machines beside configs.
std::string machine_file(const std::string& name);

}  // namespace tessera
