#pragma once

#include <limits>

namespace tessera {

/// From the smallest to the largest finite value of what it was shown.
struct ValueRange {
  double minimum = std::numeric_limits<double>::infinity(), maximum = -minimum;
  bool finite = true;  // all values were

  void take(double value);
  /// Whether there was no finite value.
  bool is_empty() const { return minimum > maximum; }
  void take(const ValueRange& other);
  /// How far up the range a value of it lies, from 0 to 1; 0 where all values are equal.
  double share(double value) const;
};

}  // namespace tessera
