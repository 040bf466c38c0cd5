#include "models/train/initializers.hpp"

#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "models/base/random.hpp"

namespace tessera {
namespace {

// Element i takes number i % 2 of block i / 2.
template <class T>
void fill_normal(std::span<T> values, double deviation, const RandomStream& stream) {
  for (std::size_t i = 0; i < values.size(); i += 2) {
    const std::array<double, 2> numbers = stream.normal2(i / 2);
    values[i] = static_cast<T>(deviation * numbers[0]);
    if (i + 1 < values.size()) values[i + 1] = static_cast<T>(deviation * numbers[1]);
  }
}

// Element i takes number i % 4 of block i / 4. Its 24 bits are all that a float can hold.
template <class T>
void fill_uniform(std::span<T> values, double limit, const RandomStream& stream) {
  for (std::size_t first = 0; first < values.size(); first += 4) {
    const std::array<float, 4> numbers = stream.uniform4(first / 4);
    const std::size_t length = std::min<std::size_t>(4, values.size() - first);
    for (std::size_t i = 0; i < length; ++i)
      values[first + i] = static_cast<T>(limit * (2 * static_cast<double>(numbers[i]) - 1));
  }
}

template <class T>
void initialize_as(ParameterStore& parameters, std::uint64_t seed) {
  for (int p = 0; p < parameters.count(); ++p) {
    const ParameterSpec& spec = parameters.spec(p);
    const std::span<T> values = parameters.value<T>(p);
    const RandomStream stream{seed, Purpose::Weights, XXH64(spec.name.data(), spec.name.size(), 0)};
    switch (spec.initializer) {
      case Initializer::Zeros:
        std::fill(values.begin(), values.end(), T{0});
        break;
      case Initializer::Ones:
        std::fill(values.begin(), values.end(), T{1});
        break;
      case Initializer::GlorotUniform:
        fill_uniform(values, glorot_limit(fans(spec.dims)), stream);
        break;
      case Initializer::KaimingNormal:
        fill_normal(values, kaiming_deviation(spec.fan_in), stream);
        break;
      case Initializer::KaimingNormalFanOut:
        fill_normal(values, kaiming_deviation(spec.fan_out), stream);
        break;
      case Initializer::KaimingUniform:
        fill_uniform(values, kaiming_limit(spec.fan_in), stream);
        break;
    }
  }
}

}  // namespace

Fans fans(std::span<const std::int64_t> dims) {
  if (dims.empty()) return {1, 1};
  if (dims.size() == 1) return {dims[0], dims[0]};
  const auto channels = dims.last(2);
  const auto field = dims.first(dims.size() - 2);
  const std::int64_t taps = std::accumulate(field.begin(), field.end(), std::int64_t{1}, std::multiplies<>());
  return {taps * channels[0], taps * channels[1]};
}

double glorot_limit(Fans fans) {
  return std::sqrt(6.0 / static_cast<double>(fans.in + fans.out));
}

double kaiming_deviation(std::int64_t fan) {
  assert(fan > 0);
  return std::sqrt(2.0 / static_cast<double>(fan));
}

double kaiming_limit(std::int64_t fan_in) {
  assert(fan_in > 0);
  return 1.0 / std::sqrt(static_cast<double>(fan_in));
}

void initialize(ParameterStore& parameters, std::uint64_t seed) {
  with_wide_element(parameters.element(), [&]<class T>(T) { initialize_as<T>(parameters, seed); });
}

}  // namespace tessera
