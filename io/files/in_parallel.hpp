#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <future>
#include <vector>

namespace tessera {

/// Calls work(i) for each i in [0, count) on so many threads, of which the calling one is the first. Once one
/// threw, no other is begun; what the first thread that failed threw is thrown when all have ended.
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

}  // namespace tessera
