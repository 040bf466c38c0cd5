#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <future>
#include <utility>
#include <vector>

namespace tessera {

/// Calls work(i) for each i in [0, count) on so many threads. Once one threw, no other is begun; what the
/// first thread that failed threw is thrown when all have ended. moved() is called on the calling thread,
/// each second in which some call of work() began; what it throws ends the others as well.
template <class Work, class Moved>
void in_parallel(std::size_t count, int threads, const Work& work, const Moved& moved) {
  std::atomic<std::size_t> next = 0;
  const auto run = [&] {
    for (std::size_t i = next++; i < count; i = next++) try {
        work(i);
      } catch (...) {
        next = count;
        throw;
      }
  };
  std::vector<std::future<void>> running;  // a future of std::async waits in its destructor
  for (std::size_t i = 0; i < std::min(static_cast<std::size_t>(threads), count); ++i)
    running.push_back(std::async(std::launch::async, run));
  std::size_t seen = 0;
  const auto tell = [&] {
    if (const std::size_t begun = next; std::exchange(seen, begun) != begun) moved();
  };
  try {
    for (std::future<void>& one : running) {
      while (one.wait_for(std::chrono::seconds(1)) != std::future_status::ready) tell();
      one.get();
    }
  } catch (...) {
    next = count;
    throw;
  }
}

template <class Work>
void in_parallel(std::size_t count, int threads, const Work& work) {
  in_parallel(count, threads, work, [] {});
}

}  // namespace tessera
