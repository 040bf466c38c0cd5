#include "results/score/run_dispersion.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "results/score/olympic_mean.hpp"

namespace tessera {
namespace {

constexpr std::size_t kResamples = 2000;

double standard_deviation(std::span<const double> values) {
  const auto count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  const double squares = std::accumulate(values.begin(), values.end(), 0.0, [mean](double sum, double value) {
    return sum + (value - mean) * (value - mean);
  });
  return std::sqrt(squares / (count - 1));
}

}  // namespace

std::optional<RunDispersion> dispersion_of_runs(std::span<const double> minutes) {
  const auto is_finite = [](double value) { return std::isfinite(value); };
  const auto finite = static_cast<std::size_t>(std::ranges::count_if(minutes, is_finite));
  if (finite < 3) return std::nullopt;
  const std::span<const double> converged = minutes.first(finite);
  std::mt19937_64 draw(1);
  std::vector<double> sample(minutes.begin(), minutes.end()), means(kResamples);
  const std::span<double> drawn = std::span(sample).first(finite);
  for (double& mean : means) {
    // The remainder favours no value noticeably, and is the same with every library, unlike a distribution.
    std::ranges::generate(drawn, [&] { return converged[draw() % finite]; });
    std::ranges::sort(drawn);
    mean = mean_without_ends(sample);
  }
  std::sort(means.begin(), means.end());
  constexpr std::size_t kTail = kResamples / 40;  // 2.5 %
  return RunDispersion{standard_deviation(converged), means[kTail - 1], means[kResamples - kTail]};
}

}  // namespace tessera
