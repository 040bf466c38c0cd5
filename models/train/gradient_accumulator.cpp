#include "models/train/gradient_accumulator.hpp"

namespace tessera {
namespace {

template <class T>
void add_to(T* sum, const T* term, std::size_t count) {
#pragma omp parallel for simd schedule(static)
  for (std::size_t i = 0; i < count; ++i) sum[i] += term[i];
}

template <class T>
void complete_sum(T* gradient, T* kept, std::size_t count) {
#pragma omp parallel for simd schedule(static)
  for (std::size_t i = 0; i < count; ++i) {
    gradient[i] = kept[i] + gradient[i];
    kept[i] = 0;
  }
}

}  // namespace

void GradientAccumulator::keep(int parameter) {
  const std::size_t offset = parameters_.offset(parameter);
  with_wide_element(parameters_.element(), [&]<class T>(T) {
    const std::span<const T> gradient = parameters_.gradient<T>(parameter);
    add_to(reinterpret_cast<T*>(kept_.data()) + offset, gradient.data(), gradient.size());
  });
}

void GradientAccumulator::complete(int parameter) {
  const std::size_t offset = parameters_.offset(parameter);
  with_wide_element(parameters_.element(), [&]<class T>(T) {
    const std::span<T> gradient = parameters_.gradient<T>(parameter);
    complete_sum(gradient.data(), reinterpret_cast<T*>(kept_.data()) + offset, gradient.size());
  });
}

}  // namespace tessera
