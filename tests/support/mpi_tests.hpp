#pragma once

namespace tessera::testing {

/// Runs all tests of the program on all of its ranks, under MPI that it starts; what a main() returns.
int run_mpi_tests(int argc, char** argv);

}  // namespace tessera::testing
