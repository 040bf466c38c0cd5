#include "io/generate/universe/displacement.hpp"

#include <cmath>
#include <numbers>

namespace tessera {
namespace {

/// Wave numbers of derivatives.
std::array<double, 3> gradient(WaveNumber m, int size) {
  const auto inner = [size](int number) { return number == size / 2 ? 0.0 : static_cast<double>(number); };
  return {inner(m.d), inner(m.h), inner(m.w)};
}

/// sites = field with the coefficients of `source` times factor(m, 1 / m^2), which must be 0 for no mode but
/// the mean.
template <class Factor>
void transform(Fourier& lattice, std::span<const std::complex<double>> source, Factor&& factor) {
  const auto modes = lattice.modes();
  for_each_mode(lattice.size(), [&](std::size_t index, WaveNumber m) {
    const double inverse = index == 0 ? 0.0 : 1.0 / static_cast<double>(m.squared());
    modes[index] = source[index] * factor(gradient(m, lattice.size()), inverse);
  });
  lattice.backward();
}

/// The field i m / (2 pi m^2) source_m in box lengths, given in lattice spacings.
VectorField inverse_divergence(Fourier& lattice, std::span<const std::complex<double>> source,
                               double factor) {
  VectorField field;
  const double scale = factor * lattice.size() / (2 * std::numbers::pi);
  for (std::size_t a = 0; a < 3; ++a) {
    transform(lattice, source, [a, scale](const std::array<double, 3>& m, double inverse) {
      return std::complex<double>(0, scale * m[a] * inverse);
    });
    field[a].assign(lattice.sites().begin(), lattice.sites().end());
  }
  return field;
}

/// sites = phi_ab, the second derivative of the potential.
void second_derivative(Fourier& lattice, std::span<const std::complex<double>> density, std::size_t a,
                       std::size_t b) {
  transform(lattice, density,
            [a, b](const std::array<double, 3>& m, double inverse) { return m[a] * m[b] * inverse; });
}

std::vector<double> second_order_source(Fourier& lattice, std::span<const std::complex<double>> density) {
  const std::span<double> sites = lattice.sites();
  std::vector<double> trace(sites.size(), 0.0), source(sites.size(), 0.0);
  for (std::size_t a = 0; a < 3; ++a) {
    second_derivative(lattice, density, a, a);
    for (std::size_t i = 0; i < sites.size(); ++i) {
      source[i] += trace[i] * sites[i];
      trace[i] += sites[i];
    }
  }
  for (const auto& [a, b] : {std::array<std::size_t, 2>{0, 1}, {0, 2}, {1, 2}}) {
    second_derivative(lattice, density, a, b);
    for (std::size_t i = 0; i < sites.size(); ++i) source[i] -= sites[i] * sites[i];
  }
  return source;
}

}  // namespace

VectorField first_order_displacement(Fourier& lattice, std::span<const std::complex<double>> density) {
  return inverse_divergence(lattice, density, 1.0);
}

VectorField second_order_displacement(Fourier& lattice, std::span<const std::complex<double>> density) {
  const std::vector<double> source = second_order_source(lattice, density);
  std::copy(source.begin(), source.end(), lattice.sites().begin());
  lattice.forward();
  const std::vector<std::complex<double>> modes(lattice.modes().begin(), lattice.modes().end());
  return inverse_divergence(lattice, modes, -1.0 / static_cast<double>(source.size()));
}

}  // namespace tessera
