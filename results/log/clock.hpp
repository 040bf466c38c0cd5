#pragma once

#include <chrono>

namespace tessera {

using Milliseconds = std::chrono::milliseconds;

/// What stamps the lines of a log.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Time since 1970-01-01 UTC.
  virtual Milliseconds now() const = 0;
};

/// The machine's clock: the wall time is read once and carried on by the steady clock, so that every stamp of
/// a run comes from one clock, whatever is done to the machine's date meanwhile.
class SystemClock : public Clock {
 public:
  SystemClock();
  Milliseconds now() const override;

 private:
  std::chrono::system_clock::time_point wall_start_;
  std::chrono::steady_clock::time_point steady_start_;
};

}  // namespace tessera
