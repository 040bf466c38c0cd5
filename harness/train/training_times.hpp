#pragma once

namespace tessera {

/// Where a run's time went, in seconds of this rank. Exposed: waited for, as compute did not hide it; that
/// other ranks were late is part of it.
struct TrainingTimes {
  double steps = 0;  // training steps, the exposed times included
  double exposed_input = 0, exposed_exchange = 0, exposed_reduction = 0;
  double evaluation = 0;
};

}  // namespace tessera
