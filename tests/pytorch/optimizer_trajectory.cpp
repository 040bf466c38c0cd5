#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "io/files/whole_file.hpp"
#include "io/hdf5/hdf5.hpp"
#include "models/base/random.hpp"
#include "models/network/parameters.hpp"
#include "models/train/adam.hpp"
#include "models/train/initializers.hpp"
#include "models/train/sgd.hpp"

// Takes 50 steps of an optimizer on made-up gradients and writes them down, for optimizer_parity.py:
//     optimizer_trajectory FILE.h5 sgd|adam|adamw float32|float64 DECAY
namespace tessera {
namespace {

constexpr std::int64_t kSteps = 50, kChange = 30;  // the learning rate changes once
constexpr double kMomentum = 0.9;

std::map<std::string, double> settings_of(const std::string& name, double decay) {
  const MomentSettings defaults;
  if (name == "sgd") return {{"momentum", kMomentum}, {"l2", decay}};
  return {{"beta1", defaults.beta1},
          {"beta2", defaults.beta2},
          {"epsilon", defaults.epsilon},
          {"weight_decay", decay}};
}

std::unique_ptr<Optimizer> make_optimizer(const std::string& name, double decay, ParameterStore& parameters) {
  if (name == "sgd") return std::make_unique<Sgd>(parameters, kMomentum, decay);
  return std::make_unique<Adam>(parameters, MomentSettings{.weight_decay = decay},
                                name == "adamw" ? WeightDecay::Decoupled : WeightDecay::InGradient);
}

template <class T>
void set_gradient(std::span<T> gradient, std::int64_t step, int parameter) {
  const RandomStream random{2, Purpose::Synthetic, static_cast<std::uint64_t>(step),
                            static_cast<std::uint64_t>(parameter)};
  for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] = random.uniform4(i / 4)[i % 4] - T(0.4);
}

template <class T>
void add_states(Hdf5Image& image, ParameterStore& parameters, Optimizer& optimizer) {
  for (const OptimizerState& state : optimizer.state())
    for (int p = 0; p < parameters.count(); ++p) {
      const ParameterSpec& spec = parameters.spec(p);
      image.add("state/" + state.name + "/" + spec.name, std::span(spec.dims),
                std::span(reinterpret_cast<const T*>(state.values) + parameters.offset(p),
                          static_cast<std::size_t>(spec.count())));
    }
}

template <class T>
void write_trajectory(const std::string& path, const std::string& name, double decay) {
  ParameterStore parameters({{"dense/bias", {5}, Initializer::Zeros, false},
                             {"dense/kernel", {37, 5}, Initializer::GlorotUniform, true}},
                            element_of<T>());
  initialize(parameters, 1);
  const std::unique_ptr<Optimizer> optimizer = make_optimizer(name, decay, parameters);
  Hdf5Image image;
  for (int p = 0; p < parameters.count(); ++p)
    image.add("initial/" + parameters.spec(p).name, std::span(parameters.spec(p).dims),
              std::span<const T>(parameters.value<T>(p)));
  std::vector<std::vector<T>> gradients(2), values(2);
  std::vector<double> rates;
  for (std::int64_t step = 0; step < kSteps; ++step) {
    for (int p = 0; p < parameters.count(); ++p) {
      const std::span<T> gradient = parameters.gradient<T>(p);
      set_gradient(gradient, step, p);
      gradients[p].insert(gradients[p].end(), gradient.begin(), gradient.end());
    }
    rates.push_back(step < kChange ? 0.05 : 0.0125);
    optimizer->step(rates.back(), step);
    for (int p = 0; p < parameters.count(); ++p) {
      const std::span<T> value = parameters.value<T>(p);
      values[p].insert(values[p].end(), value.begin(), value.end());
    }
  }
  for (int p = 0; p < parameters.count(); ++p) {
    const ParameterSpec& spec = parameters.spec(p);
    std::vector<std::int64_t> shape = {kSteps};
    shape.insert(shape.end(), spec.dims.begin(), spec.dims.end());
    image.add("gradient/" + spec.name, std::span<const std::int64_t>(shape),
              std::span<const T>(gradients[p]));
    image.add("value/" + spec.name, std::span<const std::int64_t>(shape), std::span<const T>(values[p]));
  }
  add_states<T>(image, parameters, *optimizer);
  image.add("rates", std::span(&kSteps, 1), std::span<const double>(rates));
  for (const auto& [key, value] : settings_of(name, decay))
    image.add(key, {}, std::span<const double>(&value, 1));
  write_whole_file(path, image.bytes());
}

}  // namespace
}  // namespace tessera

int main(int, char** arguments) {
  const double decay = std::strtod(arguments[4], nullptr);
  if (std::string(arguments[3]) == "float64")
    tessera::write_trajectory<double>(arguments[1], arguments[2], decay);
  else
    tessera::write_trajectory<float>(arguments[1], arguments[2], decay);
}
