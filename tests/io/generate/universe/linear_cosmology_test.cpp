#include "io/generate/universe/linear_cosmology.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

namespace tessera {
namespace {

constexpr Cosmology kCorner{0.21623, 1.06067, 0.821695, 0.88062};  // targets -1, 1, -0.5, 1

// Numbers of an independent implementation of the same papers in numpy (double precision).
struct Truth {
  double k, transfer, power;
};
const std::vector<Truth> kCentralTruth{
    {1e-3, 0.9922084475572625, 3798.70694730791},    {1e-2, 0.7795625434690019, 21718.6025765052},
    {0.05, 0.27085917971567136, 12425.428410563492}, {0.1, 0.13089600973391272, 5671.301888067146},
    {0.5, 0.014079478120989935, 310.9548738463031},  {5.0, 0.00030563871109018245, 1.357191005607751}};
const std::vector<Truth> kCornerTruth{
    {1e-3, 0.9907389725170673, 22763.896178168477},  {1e-2, 0.753664759112382, 87373.45691742915},
    {0.05, 0.22375821080150343, 28901.555750007636}, {0.1, 0.10000598627466625, 10203.991697865142},
    {0.5, 0.010167625350646602, 395.8196316197035},  {5.0, 0.00021248534750612896, 1.1465981446856977}};

void expect_spectrum(const Cosmology& cosmology, const std::vector<Truth>& truth) {
  const TransferFunction transfer(cosmology);
  const LinearPower power(cosmology);
  for (const Truth& at : truth) {
    EXPECT_NEAR(transfer(at.k) / at.transfer, 1, 1e-10) << "k = " << at.k;
    EXPECT_NEAR(power(at.k) / at.power, 1, 1e-10) << "k = " << at.k;
  }
}

TEST(LinearCosmology, TransferFunctionAndPowerAgreeWithAnIndependentImplementation) {
  expect_spectrum(kCentralCosmology, kCentralTruth);
  expect_spectrum(kCorner, kCornerTruth);
}

TEST(LinearCosmology, TransferFunctionIsOneOnTheLargestScales) {
  EXPECT_NEAR(TransferFunction(kCentralCosmology)(1e-7), 1, 1e-4);
}

TEST(LinearCosmology, SigmaEightIsWhatWasAskedFor) {
  for (const Cosmology& cosmology : {kCentralCosmology, kCorner}) {
    const LinearPower power(cosmology);
    double variance = 0;  // on a finer and longer grid than the normalisation's own
    constexpr double kStep = 1e-3;
    for (double ln_k = std::log(1e-5); ln_k < std::log(100.0); ln_k += kStep) {
      const double k = std::exp(ln_k), w = top_hat(8 * k);
      variance += k * k * k * power(k) * w * w / (2 * std::numbers::pi * std::numbers::pi) * kStep;
    }
    EXPECT_NEAR(std::sqrt(variance) / cosmology.sigma_8, 1, 2e-3);
  }
}

TEST(LinearCosmology, GrowthAgreesWithAnIndependentImplementation) {
  const double redshift[] = {0, 0.5, 1.5, 3, 5};
  const double first[] = {1.0, 0.7706319415024797, 0.4975740163838751, 0.3167742508634057,
                          0.21211350523483088};
  const double second[] = {-0.4321066217506138, -0.2554240273101274, -0.1062050126461835,
                           -0.04301573159881214, -0.019283734863836985};
  for (int i = 0; i < 5; ++i) {
    const Growth found = growth(kCentralCosmology, redshift[i]);
    EXPECT_NEAR(found.first, first[i], 1e-10);
    EXPECT_NEAR(found.second, second[i], 1e-10);
  }
}

TEST(LinearCosmology, GrowthWithoutDarkEnergyIsTheScaleFactor) {
  EXPECT_NEAR(growth({1.0, 0.8, 1.0, 0.7}, 4).first, 0.2, 1e-5);
}

TEST(LinearCosmology, TargetsSpanThirtyPercentAroundPlanck) {
  const Cosmology low = cosmology_at({-1, -1, -1, -1}), middle = cosmology_at({0, 0, 0, 0}),
                  high = cosmology_at({1, 1, 1, 1});
  EXPECT_DOUBLE_EQ(low.omega_m, 0.7 * 0.3089);
  EXPECT_DOUBLE_EQ(middle.n_s, 0.9667);
  EXPECT_DOUBLE_EQ(high.sigma_8, 1.3 * 0.8159);
  EXPECT_DOUBLE_EQ(high.h, 1.3 * 0.6774);
}

}  // namespace
}  // namespace tessera
