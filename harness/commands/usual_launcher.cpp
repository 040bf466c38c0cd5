#include "harness/commands/usual_launcher.hpp"

#include "harness/process/child_process.hpp"
#include "parallel/mpi.hpp"

namespace tessera {

std::string usual_launcher() {
  const bool mpich = mpi_library().starts_with("MPICH") && find_program("mpiexec.mpich");
  return mpich ? "mpiexec.mpich -n {ranks}" : TESSERA_LAUNCHER " -n {ranks}";
}

}  // namespace tessera
