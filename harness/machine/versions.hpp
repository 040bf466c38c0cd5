#pragma once

#include <string>

namespace tessera {

/// What this program was built from and runs on, for instance {"0.1.0", "GNU 12.2.0", "MPICH Version: 4.0.2",
/// "2.6.3", "1.10.8"}.
struct Versions {
  std::string tessera, compiler, mpi, onednn, hdf5;
};
Versions versions();

/// As lines for people.
std::string to_string(const Versions& versions);

}  // namespace tessera
