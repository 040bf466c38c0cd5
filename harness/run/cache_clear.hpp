#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/dataset/dataset.hpp"
#include "parallel/process_grid.hpp"

namespace tessera {

/// Samples of the two sets that a rank is to clear.
struct SamplesToClear {
  std::vector<std::int64_t> training, validation;
};

/// This process's part of what its replica reads first: `training`, its samples of an epoch, and its share of
/// so many samples to evaluate. The processes of a replica that are on one node divide them. Collective.
SamplesToClear samples_read_first(const ProcessGrid& grid, const std::vector<std::int64_t>& training,
                                  std::int64_t validation_samples);

struct CacheClear {
  bool complete = false;  // no page of any file that a rank named is left in its node's cache
  std::string done;       // what was done, in words, for the log: nothing is claimed that failed
};

/// Drops the page cache of every node before any rank goes on: all of it where that is permitted, else the
/// pages of the files that its ranks name. Reads no file; what can't be dropped is counted, not thrown.
/// Collective; the same on every rank.
CacheClear clear_caches(const ProcessGrid& grid, const Dataset& training, const Dataset& validation,
                        const SamplesToClear& mine);

}  // namespace tessera
