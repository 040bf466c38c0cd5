#include "results/log/clock.hpp"

namespace tessera {

SystemClock::SystemClock()
    : wall_start_(std::chrono::system_clock::now()), steady_start_(std::chrono::steady_clock::now()) {}

Milliseconds SystemClock::now() const {
  const auto elapsed = std::chrono::steady_clock::now() - steady_start_;
  return std::chrono::duration_cast<Milliseconds>(wall_start_.time_since_epoch() + elapsed);
}

}  // namespace tessera
