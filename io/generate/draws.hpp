#pragma once

#include <cmath>
#include <cstdint>

#include "io/dataset/uniform_below.hpp"
#include "models/base/random.hpp"

namespace tessera {

/// Random numbers drawn from one stream one after another: for things that need several of different kinds.
class Draws {
 public:
  explicit Draws(const RandomStream& stream) : stream_(stream) {}

  /// Uniform.
  double between(double low, double high) { return low + (high - low) * stream_.uniform(next_++); }
  /// Uniform, both ends included.
  int integer(int least, int most) {
    const auto choices = static_cast<std::uint64_t>(most - least) + 1;
    return least + static_cast<int>(uniform_below(stream_, next_++, choices));
  }
  /// 1 or -1.
  double sign() { return integer(0, 1) == 0 ? -1.0 : 1.0; }
  /// Poisson's distribution, for small means: events of unit rate until the time is up.
  int poisson(double mean) {
    int events = 0;
    for (double time = -std::log(between(0, 1)); time < mean; time -= std::log(between(0, 1))) ++events;
    return events;
  }

 private:
  RandomStream stream_;
  std::uint64_t next_ = 0;
};

}  // namespace tessera
