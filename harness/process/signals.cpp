#include "harness/process/signals.hpp"

#include <algorithm>
#include <atomic>
#include <cassert>

namespace tessera {
namespace {

// A handler has no parameter for its object: the one variable outside objects. Any thread may be the one that
// the signal interrupts.
std::atomic<int> last_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free, "a handler must not wait");
bool in_use = false;

extern "C" void remember(int signal) {
  last_signal = signal;
}
// Unlike SIG_IGN it isn't handed down to programs that are started.
extern "C" void pass_over(int) {}

struct sigaction handled_by(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;  // interrupted system calls go on
  return action;
}

const StopSignal& stop_signal(int number) {
  const auto* const found = std::ranges::find(kStopSignals, number, &StopSignal::number);
  assert(found != kStopSignals.end());
  return *found;
}

}  // namespace

StopSignals::StopSignals() {
  assert(!in_use && "two owners of the process's signals");
  in_use = true;
  last_signal = 0;
  for (std::size_t i = 0; i < kStopSignals.size(); ++i) {
    const int number = kStopSignals[i].number;
    sigaction(number, nullptr, &old_[i]);
    if (number == SIGHUP && old_[i].sa_handler == SIG_IGN) continue;
    struct sigaction action = handled_by(remember);
    if (number == SIGINT) action.sa_flags |= static_cast<int>(SA_RESETHAND);  // the second finds the default
    sigaction(number, &action, nullptr);
  }
  const struct sigaction action = handled_by(pass_over);
  sigaction(SIGPIPE, &action, &old_pipe_);
}

StopSignals::~StopSignals() {
  for (std::size_t i = 0; i < kStopSignals.size(); ++i) sigaction(kStopSignals[i].number, &old_[i], nullptr);
  sigaction(SIGPIPE, &old_pipe_, nullptr);
  in_use = false;
}

int StopSignals::received() {
  return last_signal;
}

const char* name_of_signal(int signal) {
  return stop_signal(signal).name;
}

int exit_code_of(int signal) {
  return stop_signal(signal).exit_code;
}

}  // namespace tessera
