#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <future>
#include <utility>
#include <vector>

namespace tessera {

/// Calls work(i) for each i in [0, count) on so many threads, of which the calling one is the first. After
/// one throws, no further call begins; when all threads have ended, the exception of the first one (by
/// number) that failed is rethrown.
template <class Work>
void in_parallel(std::size_t count, int threads, const Work& work) {
  std::atomic<std::size_t> next = 0;
  const auto run = [&] {
    for (std::size_t i = next++; i < count; i = next++) try {
        work(i);
      } catch (...) {
        next = count;
        throw;
      }
  };
  std::vector<std::future<void>> others;  // a future of std::async waits in its destructor
  for (std::size_t i = 1; i < std::min(static_cast<std::size_t>(threads), count); ++i)
    others.push_back(std::async(std::launch::async, run));
  run();
  for (std::future<void>& other : others) other.get();
}

/// The same on other threads, while the calling one watches them: it calls moved() each second in which some
/// call of work() began; what that throws ends the others as well.
template <class Work, class Moved>
void in_parallel(std::size_t count, int threads, const Work& work, const Moved& moved) {
  std::atomic<std::size_t> begun = 0;
  std::future<void> all = std::async(std::launch::async, [&] {
    in_parallel(count, threads, [&](std::size_t i) {
      if (begun++ >= count) return;  // ended by moved()
      work(i);
    });
  });
  std::size_t seen = 0;
  while (all.wait_for(std::chrono::seconds(1)) != std::future_status::ready) try {
      if (const std::size_t now = begun; std::exchange(seen, now) != now) moved();
    } catch (...) {
      begun = count;
      throw;
    }
  all.get();
}

}  // namespace tessera
