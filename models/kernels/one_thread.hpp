#pragma once

#include <omp.h>

namespace tessera {

/// While it lives, kernels are made for the calling thread alone: oneDNN prepares a primitive for as many
/// threads as there are where it is made.
class OneThread {
 public:
  OneThread() : threads_(omp_get_max_threads()) { omp_set_num_threads(1); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;
  ~OneThread() { omp_set_num_threads(threads_); }

 private:
  int threads_;
};

}  // namespace tessera
