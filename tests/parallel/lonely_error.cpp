#include "models/base/error.hpp"
#include "parallel/mpi.hpp"
#include "parallel/uniform.hpp"

// Rank 2 fails with exit code 3 while the others wait for it in a barrier.
int main(int argc, char** argv) {
  tessera::MpiEnvironment mpi(argc, argv);
  return mpi.ends_with(tessera::run_collectively(mpi.world(), [&] {
    if (mpi.world().rank() == 2) throw tessera::MachineError("the disk is full", "here", "make room");
    mpi.world().barrier();
    return 0;
  }));
}
