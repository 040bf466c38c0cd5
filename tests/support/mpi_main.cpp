#include "support/mpi_tests.hpp"

int main(int argc, char** argv) {
  return tessera::testing::run_mpi_tests(argc, argv);
}
