#pragma once

#include <array>
#include <cstdint>

/// Winograd's minimal filtering F(2,3) along one axis: two outputs of a window of three from four products,
/// where six would be usual. With the matrices of Lavin & Gray (arXiv:1509.09308) y = A'[(G g) * (B' d)], of
/// the weights g and the four inputs d that the two outputs read; and so, as the gradient is the transposed
/// map, dg = G'[(A dy) * (B' d)]. Along several axes each map is applied to one after another. Numbers are
/// floats or lanes of them.
namespace tessera::winograd {

constexpr int kOutputs = 2, kTaps = 3, kPoints = 4;  // of a tile along an axis; points are its products

/// B'.
template <class Number>
void to_input_points(Number& a, Number& b, Number& c, Number& d) {
  const Number first = a - c, second = b + c, third = c - b, fourth = b - d;
  a = first, b = second, c = third, d = fourth;
}

/// A'.
template <class Number>
std::array<Number, kOutputs> outputs_of(const Number& a, const Number& b, const Number& c, const Number& d) {
  return {a + b + c, b - c - d};
}

/// A.
template <class Number>
std::array<Number, kPoints> gradient_points_of(const Number& a, const Number& b) {
  return {a, a + b, a - b, -b};
}

/// G.
template <class Number>
std::array<Number, kPoints> weight_points_of(const Number& a, const Number& b, const Number& c) {
  const Number even = 0.5F * (a + c), odd = 0.5F * b;
  return {a, even + odd, even - odd, c};
}

/// G'.
template <class Number>
std::array<Number, kTaps> taps_of(const Number& a, const Number& b, const Number& c, const Number& d) {
  const Number sum = 0.5F * (b + c), difference = 0.5F * (b - c);
  return {a + sum, difference, sum + d};
}

/// The same along the depth for one point at a time, a slice: B' makes it of two planes, the first and
/// `factor` times the second; A' adds it to the two planes of output with these factors, as A makes it of two
/// planes of gradients.
struct SlicePoint {
  int first, second;
  float factor;
  std::array<float, kOutputs> outputs;
};
inline constexpr std::array<SlicePoint, kPoints> kSlicePoints = {
    {{0, 2, -1, {1, 0}}, {1, 2, 1, {1, 1}}, {2, 1, -1, {1, -1}}, {1, 3, -1, {0, -1}}}};

}  // namespace tessera::winograd
