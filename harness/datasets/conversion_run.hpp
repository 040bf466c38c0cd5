#pragma once

#include "io/convert/conversion_plan.hpp"
#include "parallel/mpi.hpp"

namespace tessera {

/// Converts a published data set on all ranks, says on one what was made, skipped and found there, and
/// returns the exit code: 0, or as StopSignals has it where a signal ended it. What an earlier call has done
/// of it is verified and kept; what is missing or damaged is made. It may be ended at any time, in any way,
/// and called again; while it is under way, the destination is locked: should another process take it over,
/// the first rank finds that before its next piece, and the others hear of it after 32 pieces of theirs at
/// most. Collective; throws UniformError.
int convert(const ConvertOptions& options, const Communicator& world);

}  // namespace tessera
