#include "harness/machine/versions.hpp"

#include <fmt/core.h>

#include "parallel/mpi.hpp"

namespace tessera {

Versions versions() {
  return {TESSERA_VERSION, TESSERA_COMPILER, mpi_library(), TESSERA_ONEDNN_VERSION, TESSERA_HDF5_VERSION};
}

std::string to_string(const Versions& v) {
  return fmt::format("tessera {}\ncompiler {}\nMPI {}\noneDNN {}\nHDF5 {}", v.tessera, v.compiler, v.mpi,
                     v.onednn, v.hdf5);
}

}  // namespace tessera
