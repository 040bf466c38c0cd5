#pragma once

#include <cstdint>

namespace tessera {

/// The mean of the largest of so many independent values of a normal distribution, in standard deviations
/// above its mean; Blom's approximation (Statistical estimates and transformed beta-variables, 1958). 0 of
/// one.
double slowest_of(std::int64_t values);

}  // namespace tessera
