#include "parallel/broadcast.hpp"

#include <xxhash.h>

#include "parallel/uniform.hpp"

namespace tessera {

void broadcast_parameters(const Communicator& comm, ParameterStore& parameters) {
  comm.broadcast({parameters.values(), parameters.bytes()}, 0);
}

std::uint64_t check_same_parameters(const Communicator& comm, ParameterStore& parameters) {
  const std::uint64_t checksum = XXH3_64bits(parameters.values(), parameters.bytes());
  agree(comm, checksum, "parameters");
  return checksum;
}

}  // namespace tessera
