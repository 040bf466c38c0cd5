#include "models/base/region_error.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

namespace tessera {
namespace {

TEST(RegionError, BringsOneExceptionOutOfARegionWhoseOtherCallsAreMade) {
  RegionError error;
  std::atomic<int> calls = 0;
#pragma omp parallel for num_threads(4)
  for (int i = 0; i < 64; ++i)
    error.run([&] {
      ++calls;
      if (i % 8 == 3) throw std::runtime_error("failed");
    });
  EXPECT_EQ(calls, 64);
  EXPECT_THROW(error.rethrow(), std::runtime_error);
}

TEST(RegionError, IsSilentWhereNothingFailed) {
  RegionError error;
  error.run([] {});
  EXPECT_NO_THROW(error.rethrow());
}

}  // namespace
}  // namespace tessera
