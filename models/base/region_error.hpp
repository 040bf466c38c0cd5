#pragma once

#include <exception>
#include <utility>

namespace tessera {

/// The first exception of an OpenMP region, which none may leave: what may throw there is called by run(), on
/// any thread, and rethrow() follows behind the region.
class RegionError {
 public:
  template <class Call>
  void run(Call&& call) noexcept {
    try {
      std::forward<Call>(call)();
    } catch (...) {
#pragma omp critical(tessera_region_error)
      if (!first_) first_ = std::current_exception();
    }
  }
  void rethrow() const {
    if (first_) std::rethrow_exception(first_);
  }

 private:
  std::exception_ptr first_;
};

}  // namespace tessera
