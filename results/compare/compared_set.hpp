#pragma once

#include "results/compare/system_fields.hpp"
#include "results/score/run_set.hpp"
#include "results/score/scores.hpp"

namespace tessera {

/// A run set, its score and its system.
struct ComparedSet {
  RunSet set;
  Score score;
  SystemFields system;
};

}  // namespace tessera
