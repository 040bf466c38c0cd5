#pragma once

#include "results/log/clock.hpp"

namespace tessera {

/// A clock that stands still until it is told to advance.
class FakeClock : public Clock {
 public:
  explicit FakeClock(Milliseconds start = Milliseconds(1'600'000'000'000)) : now_(start) {}
  Milliseconds now() const override { return now_; }
  void advance(Milliseconds by) { now_ += by; }

 private:
  Milliseconds now_;
};

}  // namespace tessera
