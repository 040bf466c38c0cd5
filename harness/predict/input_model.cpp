#include "harness/predict/input_model.hpp"

#include <algorithm>
#include <cmath>

namespace tessera {

double share_read(SampleCache cache, double kept) {
  const double missing = 1 - std::clamp(kept, 0.0, 1.0);
  if (cache == SampleCache::Fixed || missing == 0) return missing;
  return missing * (1 - std::log(missing));
}

}  // namespace tessera
