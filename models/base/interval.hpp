#pragma once

#include <algorithm>
#include <cstdint>

namespace tessera {

/// Half-open interval of indices [begin, end); empty when end <= begin.
struct Interval {
  std::int64_t begin = 0, end = 0;

  std::int64_t size() const { return std::max<std::int64_t>(0, end - begin); }
  bool empty() const { return end <= begin; }
  bool contains(std::int64_t index) const { return begin <= index && index < end; }
  bool contains(Interval other) const { return other.empty() || (begin <= other.begin && other.end <= end); }
  friend bool operator==(Interval, Interval) = default;
};

inline Interval intersect(Interval a, Interval b) {
  return {std::max(a.begin, b.begin), std::min(a.end, b.end)};
}

/// a / b, rounded up; a >= 0, b > 0.
constexpr std::int64_t divided_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

/// What part i of p has of n things in equal parts to within one: [n*i/p, n*(i+1)/p). The parts tile [0, n);
/// some are empty when p > n. p >= 1.
inline Interval part_of(std::int64_t n, int i, int p) {
  return {n * i / p, n * (i + 1) / p};
}

/// The smallest interval that holds both; an empty one adds nothing.
inline Interval hull(Interval a, Interval b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  return {std::min(a.begin, b.begin), std::max(a.end, b.end)};
}

}  // namespace tessera
