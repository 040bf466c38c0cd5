#pragma once

#include <chrono>
#include <ctime>

namespace tessera {

/// Seconds of wall-clock time since it was made, or since its last lap.
class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
  /// The same, and starts anew.
  double lap() {
    const Clock::time_point now = Clock::now();
    const double seconds = std::chrono::duration<double>(now - start_).count();
    start_ = now;
    return seconds;
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

/// Seconds of CPU time that all threads of this process have used since it was made, or since its last lap.
class CpuStopwatch {
 public:
  double lap() {
    const double now = read(), seconds = now - start_;
    start_ = now;
    return seconds;
  }

 private:
  static double read() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  }
  double start_ = read();
};

}  // namespace tessera
