#pragma once

#include "parallel/mpi.hpp"

namespace tessera {

/// The signal that asked the ranks to end, 0 where none came: one of them may have got it alone. Collective.
int agreed_signal(const Communicator& world);

/// Of work that such a signal ended, and that the same command goes on with: says so on rank 0, and returns
/// the exit code. Collective.
int end_of_stopped_work(const Communicator& world);

}  // namespace tessera
