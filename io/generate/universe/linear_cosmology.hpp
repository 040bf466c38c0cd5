#pragma once

#include <array>

/// Linear structure formation in a flat universe of cold dark matter, baryons and a cosmological constant,
/// without radiation at late times. Units: wave numbers k in h/Mpc, power in (Mpc/h)^3, lengths in Mpc/h.
namespace tessera {

inline constexpr double kOmegaBaryon = 0.0486;            // Planck 2015
inline constexpr double kBackgroundTemperature = 2.7255;  // K

struct Cosmology {
  double omega_m, sigma_8, n_s,
      h;  // matter density, rms in 8 Mpc/h spheres today, spectral index, H_0 / (100 km/s/Mpc)
};

/// Planck 2015 (TT,TE,EE+lowP+lensing+ext), and how far the data sets go from it on either side.
inline constexpr Cosmology kCentralCosmology{0.3089, 0.8159, 0.9667, 0.6774};
inline constexpr double kCosmologyHalfRange = 0.30;

/// Targets in [-1,1]^4 to parameters: centre * (1 + spread * u).
Cosmology cosmology_at(const std::array<float, 4>& unit);

/// Full matter transfer function with baryon wiggles of Eisenstein & Hu 1998 (ApJ 496, 605), numbers as
/// there; 1 for small k.
class TransferFunction {
 public:
  explicit TransferFunction(const Cosmology& cosmology);
  double operator()(double k) const;

 private:
  double h_, baryon_fraction_, equality_k_, sound_horizon_, silk_k_;
  double alpha_c_, beta_c_, alpha_b_, beta_b_, beta_node_;
};

/// P(k) = A k^n_s T(k)^2 at redshift 0, A such that the rms in spheres of 8 Mpc/h is sigma_8.
class LinearPower {
 public:
  explicit LinearPower(const Cosmology& cosmology);
  double operator()(double k) const;

 private:
  TransferFunction transfer_;
  double n_s_, amplitude_ = 1;
};

/// Growth factors of the first- and second-order displacements. First: Heath 1977, 1 at redshift 0. Second:
/// -3/7 D1^2 Omega_m(z)^(-1/143) (Bouchet et al. 1995).
struct Growth {
  double first, second;
};
Growth growth(const Cosmology& cosmology, double redshift);

/// Fourier transform of a sphere of unit volume, x = k * radius.
double top_hat(double x);

}  // namespace tessera
