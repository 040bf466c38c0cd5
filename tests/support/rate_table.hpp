#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "models/train/schedule.hpp"

namespace tessera::test {

struct RateRow {
  std::int64_t epoch, step;
  double rate;
};

inline void expect_rates(const Schedule& schedule, const std::vector<RateRow>& table) {
  for (const RateRow& row : table)
    EXPECT_NEAR(schedule.at(row.epoch, row.step), row.rate, 1e-14)
        << "epoch " << row.epoch << " step " << row.step;
}

}  // namespace tessera::test
