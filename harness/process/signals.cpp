#include "harness/process/signals.hpp"

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

}  // namespace

StopSignals::StopSignals() {
  assert(!in_use && "two owners of the process's signals");
  in_use = true;
  last_signal = 0;
  struct sigaction action {};
  action.sa_handler = remember;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;  // interrupted system calls go on
  sigaction(SIGTERM, &action, &old_terminate_);
  action.sa_flags |= static_cast<int>(SA_RESETHAND);  // the second finds the default: the end
  sigaction(SIGINT, &action, &old_interrupt_);
}

StopSignals::~StopSignals() {
  sigaction(SIGTERM, &old_terminate_, nullptr);
  sigaction(SIGINT, &old_interrupt_, nullptr);
  in_use = false;
}

int StopSignals::received() {
  return last_signal;
}

}  // namespace tessera
