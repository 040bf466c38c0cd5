#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <thread>
#include <vector>

namespace tessera {

/// Calls task(i) for each i below count, on as many threads as there are processors for this process, up to
/// eight: reading logs is parsing. Tasks must not depend on each other. Throws what the task of the lowest
/// number threw, after all have ended.
template <class Task>
void on_threads(std::size_t count, const Task& task) {
  constexpr std::size_t kMostThreads = 8;
  std::vector<std::exception_ptr> thrown(count);
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      try {
        task(i);
      } catch (...) {
        thrown[i] = std::current_exception();
      }
    }
  };
  const std::size_t processors = std::max(1U, std::thread::hardware_concurrency());
  {
    std::vector<std::jthread> helpers;
    for (std::size_t i = 1; i < std::min({processors, kMostThreads, count}); ++i) helpers.emplace_back(work);
    work();
  }
  for (const std::exception_ptr& one : thrown)
    if (one) std::rethrow_exception(one);
}

}  // namespace tessera
