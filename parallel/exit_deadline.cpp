#include "parallel/exit_deadline.hpp"

#include <pthread.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <system_error>
#include <utility>

namespace tessera {

ExitDeadline::ExitDeadline(double seconds, int exit_code, std::string last_words)
    : exit_code_(exit_code), last_words_(std::move(last_words)) {
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

void ExitDeadline::wait(double seconds) {
  std::unique_lock lock(mutex_);
  if (changed_.wait_for(lock, std::chrono::duration<double>(seconds), [this] { return was_kept_; })) return;
  if (!last_words_.empty()) {
    const std::string line = last_words_ + "\n";
    // Past stdio, whose locks may be held.
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
  }
  _exit(exit_code_);
}

}  // namespace tessera
