#pragma once

#include <omp.h>

namespace tessera {

/// While it lives, kernels are made for so many threads: oneDNN prepares a primitive for as many as there are
/// where it is made.
class TeamSize {
 public:
  explicit TeamSize(int threads) : before_(omp_get_max_threads()) { omp_set_num_threads(threads); }
  TeamSize(const TeamSize&) = delete;
  TeamSize& operator=(const TeamSize&) = delete;
  ~TeamSize() { omp_set_num_threads(before_); }

 private:
  int before_;
};

}  // namespace tessera
