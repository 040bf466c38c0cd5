#pragma once

#include "io/generate/fourier.hpp"
#include "io/generate/universe/linear_cosmology.hpp"
#include "models/base/random.hpp"

namespace tessera {

/// How the modes of a field are drawn: as a Gaussian random field has them, or with every modulus at its
/// expectation and only the phase random ("fixed": Angulo & Pontzen 2016, MNRAS 462, L1), which takes the
/// sampling variance out of the spectrum.
enum class InitialConditions { Fixed, Gaussian };

/// Draws the linear density contrast of redshift 0 in a periodic box of `length` Mpc/h: leaves in
/// lattice.modes() its Fourier coefficients delta_k (backward() gives delta itself), with
/// <|delta_k|^2> = P(k) / length^3 and no mean. A pure function of its arguments: white noise, a number a
/// site from `noise`, is transformed and coloured.
void draw_density(Fourier& lattice, const LinearPower& power, double length, InitialConditions conditions,
                  const RandomStream& noise);

}  // namespace tessera
