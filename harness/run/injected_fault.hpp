#pragma once

#include <functional>

namespace tessera {

/// For tests of how a run ends when a rank fails: with TESSERA_FAULT="step=3,rank=1" in the environment, what
/// is returned on rank 1 throws a MachineError when it is called for the third time; everywhere else it does
/// nothing. Throws InputError where the variable says anything else.
std::function<void()> injected_fault(int rank, int ranks);

}  // namespace tessera
