#include "io/generate/universe/linear_cosmology.hpp"

#include <cmath>
#include <numbers>

namespace tessera {
namespace {

double squared(double x) {
  return x * x;
}

// Eq. 19 with eq. 10: the pressureless transfer function, q = k / (13.41 k_eq).
double pressureless(double q, double alpha, double beta) {
  const double c = 14.2 / alpha + 386.0 / (1 + 69.9 * std::pow(q, 1.08));
  const double l = std::log(std::numbers::e + 1.8 * beta * q);
  return l / (l + c * q * q);
}

// Eq. 15.
double baryon_drag(double y) {
  const double root = std::sqrt(1 + y);
  return y * (-6 * root + (2 + 3 * y) * std::log((root + 1) / (root - 1)));
}

// Heath 1977: D = 5/2 Omega_m E(a) integral_0^a da' / (a' E(a'))^3, by the midpoint rule; D ~ a early on.
double heath(double a, double omega_m) {
  constexpr int kSteps = 512;
  const auto expansion = [omega_m](double x) { return std::sqrt(omega_m / (x * x * x) + 1 - omega_m); };
  double integral = 0;
  for (int i = 0; i < kSteps; ++i) {
    const double x = (i + 0.5) / kSteps * a;
    integral += 1.0 / std::pow(x * expansion(x), 3);
  }
  return 2.5 * omega_m * expansion(a) * integral * a / kSteps;
}

}  // namespace

Cosmology cosmology_at(const std::array<float, 4>& unit) {
  const auto at = [&unit](double centre, int i) { return centre * (1 + kCosmologyHalfRange * unit[i]); };
  return {at(kCentralCosmology.omega_m, 0), at(kCentralCosmology.sigma_8, 1), at(kCentralCosmology.n_s, 2),
          at(kCentralCosmology.h, 3)};
}

TransferFunction::TransferFunction(const Cosmology& cosmology) : h_(cosmology.h) {
  const double matter = cosmology.omega_m * h_ * h_, baryons = kOmegaBaryon * h_ * h_;
  const double theta = kBackgroundTemperature / 2.7;
  baryon_fraction_ = baryons / matter;
  const double dark_fraction = 1 - baryon_fraction_;
  const double equality_z = 2.50e4 * matter * std::pow(theta, -4);  // eq. 2
  equality_k_ = 7.46e-2 * matter * std::pow(theta, -2);             // eq. 3, 1/Mpc
  // Eqs. 4-7: drag epoch, ratio of baryon to photon momentum, sound horizon, Silk damping.
  const double b1 = 0.313 * std::pow(matter, -0.419) * (1 + 0.607 * std::pow(matter, 0.674));
  const double b2 = 0.238 * std::pow(matter, 0.223);
  const double drag_z = 1291 * std::pow(matter, 0.251) / (1 + 0.659 * std::pow(matter, 0.828)) *
                        (1 + b1 * std::pow(baryons, b2));
  const auto momentum_ratio = [&](double z) { return 31.5 * baryons * std::pow(theta, -4) * (1000.0 / z); };
  const double r_drag = momentum_ratio(drag_z), r_equality = momentum_ratio(equality_z);
  sound_horizon_ =
      2.0 / (3 * equality_k_) * std::sqrt(6.0 / r_equality) *
      std::log((std::sqrt(1 + r_drag) + std::sqrt(r_drag + r_equality)) / (1 + std::sqrt(r_equality)));
  silk_k_ = 1.6 * std::pow(baryons, 0.52) * std::pow(matter, 0.73) * (1 + std::pow(10.4 * matter, -0.95));
  // Eqs. 11 and 12: suppression of dark matter.
  const double a1 = std::pow(46.9 * matter, 0.670) * (1 + std::pow(32.1 * matter, -0.532));
  const double a2 = std::pow(12.0 * matter, 0.424) * (1 + std::pow(45.0 * matter, -0.582));
  alpha_c_ = std::pow(a1, -baryon_fraction_) * std::pow(a2, -std::pow(baryon_fraction_, 3));
  const double c1 = 0.944 / (1 + std::pow(458 * matter, -0.708)), c2 = std::pow(0.395 * matter, -0.0266);
  beta_c_ = 1.0 / (1 + c1 * (std::pow(dark_fraction, c2) - 1));
  // Eqs. 14, 23 and 24: baryons.
  alpha_b_ = 2.07 * equality_k_ * sound_horizon_ * std::pow(1 + r_drag, -0.75) *
             baryon_drag((1 + equality_z) / (1 + drag_z));
  beta_node_ = 8.41 * std::pow(matter, 0.435);
  beta_b_ = 0.5 + baryon_fraction_ + (3 - 2 * baryon_fraction_) * std::sqrt(squared(17.2 * matter) + 1);
}

double TransferFunction::operator()(double k) const {
  const double per_mpc = k * h_, q = per_mpc / (13.41 * equality_k_), ks = per_mpc * sound_horizon_;
  const double f = 1.0 / (1 + squared(squared(ks / 5.4)));  // eq. 18
  const double dark = f * pressureless(q, 1.0, beta_c_) + (1 - f) * pressureless(q, alpha_c_, beta_c_);
  const double x = ks / std::cbrt(1 + std::pow(beta_node_ / ks, 3));  // k times eq. 22
  const double bessel = x == 0 ? 1.0 : std::sin(x) / x;
  const double baryon =
      (pressureless(q, 1.0, 1.0) / (1 + squared(ks / 5.2)) +
       alpha_b_ / (1 + std::pow(beta_b_ / ks, 3)) * std::exp(-std::pow(per_mpc / silk_k_, 1.4))) *
      bessel;  // eq. 21
  return baryon_fraction_ * baryon + (1 - baryon_fraction_) * dark;
}

LinearPower::LinearPower(const Cosmology& cosmology) : transfer_(cosmology), n_s_(cosmology.n_s) {
  constexpr int kSteps = 512;
  constexpr double kLowest = 1e-4, kHighest = 20.0, kRadius = 8.0;  // h/Mpc and Mpc/h
  const double step = std::log(kHighest / kLowest) / (kSteps - 1);
  double variance = 0;  // integral of k^3 P(k) W(8k)^2 / (2 pi^2) over ln k
  for (int i = 0; i < kSteps; ++i) {
    const double k = kLowest * std::exp(i * step);
    variance += k * k * k * (*this)(k)*squared(top_hat(kRadius * k)) * step;
  }
  amplitude_ = squared(cosmology.sigma_8) / (variance / (2 * squared(std::numbers::pi)));
}

double LinearPower::operator()(double k) const {
  return amplitude_ * std::pow(k, n_s_) * squared(transfer_(k));
}

Growth growth(const Cosmology& cosmology, double redshift) {
  const double a = 1 / (1 + redshift), omega_m = cosmology.omega_m;
  const double first = heath(a, omega_m) / heath(1.0, omega_m);
  const double omega_z = omega_m / (omega_m + (1 - omega_m) * a * a * a);
  return {first, -3.0 / 7.0 * first * first * std::pow(omega_z, -1.0 / 143.0)};
}

double top_hat(double x) {
  return 3 * (std::sin(x) - x * std::cos(x)) / (x * x * x);
}

}  // namespace tessera
