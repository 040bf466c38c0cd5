#pragma once

#include <array>
#include <complex>
#include <span>
#include <vector>

#include "io/generate/fourier.hpp"

namespace tessera {

/// A vector field on the lattice: components along D, H, W, each in order D H W, in units of the lattice's
/// spacing.
using VectorField = std::array<std::vector<double>, 3>;

/// Zel'dovich displacement psi_1 = i k / k^2 delta_k of the density contrast with these coefficients, at the
/// redshift of the contrast. Wave numbers of derivatives are zero on the Nyquist planes, where a real field
/// has no gradient.
VectorField first_order_displacement(Fourier& lattice, std::span<const std::complex<double>> density);

/// Second-order displacement psi_2 = grad phi_2 with laplacian phi_2 = S, S = sum over a < b of
/// (phi_aa phi_bb - phi_ab^2), laplacian phi = delta (Bouchet et al. 1995). A particle is at
/// q + D_1 psi_1 + D_2 psi_2.
VectorField second_order_displacement(Fourier& lattice, std::span<const std::complex<double>> density);

}  // namespace tessera
