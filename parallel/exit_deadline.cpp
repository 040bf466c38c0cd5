#include "parallel/exit_deadline.hpp"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <system_error>
#include <utility>

namespace tessera {

ExitDeadline::ExitDeadline(double seconds, int exit_code, std::string last_words)
    : caller_(pthread_self()), exit_code_(exit_code), last_words_(std::move(last_words)) {
  std::fflush(nullptr);  // here: later, whoever hangs may hold a stream's lock
  // The process's signals are for the threads that have always had them.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    waiter_ = std::thread([this, seconds] { wait(seconds); });
  } catch (const std::system_error&) {  // no thread can be had: then there is no deadline
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

ExitDeadline::~ExitDeadline() {
  {
    const std::lock_guard lock(mutex_);
    was_kept_ = true;
  }
  changed_.notify_one();
  if (waiter_.joinable()) waiter_.join();
}

bool ExitDeadline::is_kept_within(double seconds) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::duration<double>(seconds), [this] { return was_kept_; });
}

double ExitDeadline::caller_cpu_seconds() const {
  clockid_t clock{};
  timespec time{};
  if (pthread_getcpuclockid(caller_, &clock) != 0 || clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

void ExitDeadline::wait(double seconds) {
  constexpr double kLook = 0.5, kLater = 1, kAsleep = 1e-3;
  if (is_kept_within(seconds)) return;
  const double before = caller_cpu_seconds();
  if (is_kept_within(kLook)) return;
  if (caller_cpu_seconds() - before < kAsleep && is_kept_within(kLater)) return;
  if (!last_words_.empty()) {
    const std::string line = last_words_ + "\n";
    // Past stdio, whose locks may be held.
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
  }
  _exit(exit_code_);
}

}  // namespace tessera
