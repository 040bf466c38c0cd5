#include "harness/predict/slowest_of.hpp"

#include <boost/math/distributions/normal.hpp>

namespace tessera {

double slowest_of(std::int64_t values) {
  constexpr double kAlpha = 0.375;
  const auto n = static_cast<double>(values);
  return boost::math::quantile(boost::math::normal(), (n - kAlpha) / (n - 2 * kAlpha + 1));
}

}  // namespace tessera
