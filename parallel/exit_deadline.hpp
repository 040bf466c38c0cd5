#pragma once

#include <pthread.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace tessera {

/// Ends the process with an exit code, and without any clean-up, unless it is destroyed in time: for calls
/// that are known not to return now and then, when nothing is left to lose. What was printed before is
/// flushed first.
///
/// A process whose calling thread sleeps leaves a second later than one whose thread spins. Where some
/// processes of a program wait for messages and others, which sleep, for the launcher, the end of these would
/// set those free to ask a launcher that is about to end itself.
class ExitDeadline {
 public:
  /// last_words: to stderr, when it comes to that; none where empty.
  ExitDeadline(double seconds, int exit_code, std::string last_words = "");
  ExitDeadline(const ExitDeadline&) = delete;
  ExitDeadline& operator=(const ExitDeadline&) = delete;
  ~ExitDeadline();

 private:
  void wait(double seconds);
  bool is_kept_within(double seconds);
  double caller_cpu_seconds() const;

  pthread_t caller_;
  int exit_code_;
  std::string last_words_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool was_kept_ = false;
  std::thread waiter_;
};

}  // namespace tessera
