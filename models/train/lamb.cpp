#include "models/train/lamb.hpp"

#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

constexpr std::size_t kChunkElements = std::size_t{1} << 14;  // whole 64-byte lines

}  // namespace

// u of one element. It is computed twice, for its norm and for the step: to keep it would move as many bytes,
// and take memory or the gradients' place.
template <class T>
class Lamb::Update {
 public:
  Update(const MomentSettings& settings, const BiasCorrection& correction)
      : m_scale_(static_cast<T>(1 / correction.m)),
        v_scale_(static_cast<T>(1 / correction.v)),
        epsilon_(static_cast<T>(settings.epsilon)),
        decay_(static_cast<T>(settings.weight_decay)) {}

  T operator()(T m, T v, T value) const {
    return m * m_scale_ / (std::sqrt(v * v_scale_) + epsilon_) + decay_ * value;
  }

 private:
  T m_scale_, v_scale_, epsilon_, decay_;
};

Lamb::Lamb(ParameterStore& parameters, const MomentSettings& settings, double max_gradient_norm)
    : parameters_(parameters),
      settings_(settings),
      max_gradient_norm_(max_gradient_norm),
      moments_(parameters),
      trust_ratios_(static_cast<std::size_t>(parameters.trained()), 1.0) {
  assert(settings.epsilon > 0);  // or padding would be 0 / 0
  for (int p = 0; p < parameters.trained(); ++p)
    for (std::size_t begin = parameters.offset(p); begin < parameters.offset(p + 1); begin += kChunkElements)
      chunks_.push_back({begin, std::min(begin + kChunkElements, parameters.offset(p + 1)), p});
}

template <class T>
double Lamb::gradient_norm() {
  const T* const gradients = reinterpret_cast<const T*>(parameters_.gradients());
#pragma omp parallel for schedule(static)
  for (Chunk& chunk : chunks_) {
    double squares = 0;
#pragma omp simd reduction(+ : squares)
    for (std::size_t i = chunk.begin; i < chunk.end; ++i)
      squares += static_cast<double>(gradients[i]) * static_cast<double>(gradients[i]);
    chunk.gradient_squares = squares;
  }
  double squares = 0;
  for (const Chunk& chunk : chunks_) squares += chunk.gradient_squares;
  return std::sqrt(squares);
}

template <class T>
void Lamb::update_moments(T gradient_scale, const Update<T>& update) {
  const T* const values = reinterpret_cast<const T*>(parameters_.values());
  const T* const gradients = reinterpret_cast<const T*>(parameters_.gradients());
  T *const m = moments_.m<T>(), *const v = moments_.v<T>();
  const T beta1 = static_cast<T>(settings_.beta1), gain1 = static_cast<T>(1 - settings_.beta1);
  const T beta2 = static_cast<T>(settings_.beta2), gain2 = static_cast<T>(1 - settings_.beta2);
#pragma omp parallel for schedule(static)
  for (Chunk& chunk : chunks_) {
    double value_squares = 0, update_squares = 0;
#pragma omp simd reduction(+ : value_squares, update_squares)
    for (std::size_t i = chunk.begin; i < chunk.end; ++i) {
      const T gradient = gradient_scale * gradients[i];
      m[i] = beta1 * m[i] + gain1 * gradient;
      v[i] = beta2 * v[i] + gain2 * gradient * gradient;
      const double value = static_cast<double>(values[i]),
                   u = static_cast<double>(update(m[i], v[i], values[i]));
      value_squares += value * value;
      update_squares += u * u;
    }
    chunk.value_squares = value_squares;
    chunk.update_squares = update_squares;
  }
}

void Lamb::find_trust_ratios() {
  for (auto first = chunks_.begin(), last = first; first != chunks_.end(); first = last) {
    double value_squares = 0, update_squares = 0;
    for (; last != chunks_.end() && last->parameter == first->parameter; ++last) {
      value_squares += last->value_squares;
      update_squares += last->update_squares;
    }
    const bool trusted = settings_.weight_decay != 0 && value_squares > 0 && update_squares > 0;
    trust_ratios_[first->parameter] = trusted ? std::sqrt(value_squares / update_squares) : 1.0;
  }
}

template <class T>
void Lamb::update_values(double learning_rate, const Update<T>& update) {
  T* const values = reinterpret_cast<T*>(parameters_.values());
  const T *const m = moments_.m<T>(), *const v = moments_.v<T>();
#pragma omp parallel for schedule(static)
  for (const Chunk& chunk : chunks_) {
    const T rate = static_cast<T>(learning_rate * trust_ratios_[chunk.parameter]);
#pragma omp simd
    for (std::size_t i = chunk.begin; i < chunk.end; ++i) values[i] -= rate * update(m[i], v[i], values[i]);
  }
}

template <class T>
void Lamb::step_as(double learning_rate, std::int64_t steps_done) {
  const Update<T> update(settings_, BiasCorrection(settings_, steps_done));
  const double norm = gradient_norm<T>();
  update_moments(static_cast<T>(norm > max_gradient_norm_ ? max_gradient_norm_ / norm : 1.0), update);
  find_trust_ratios();
  update_values(learning_rate, update);
}

void Lamb::step(double learning_rate, std::int64_t steps_done) {
  with_wide_element(parameters_.element(), [&]<class T>(T) { step_as<T>(learning_rate, steps_done); });
}

}  // namespace tessera
