#include "harness/workloads/sequential_targets.hpp"

#include <algorithm>

namespace tessera {

void ShapedTargets::read_target(std::int64_t sample, TensorView into) const {
  Layout stored = stored_;
  stored.element = into.layout.element;
  if (form_ == Form::Flat) {  // the same memory
    samples_->read_target(sample, {into.bytes, stored});
    return;
  }
  with_element(stored.element, [&]<class T>(T) {
    T number{};
    samples_->read_target(sample, {reinterpret_cast<std::byte*>(&number), stored});
    const auto label = static_cast<std::int64_t>(static_cast<Wide<T>>(number));
    for (std::int64_t c = 0; c < into.layout.c; ++c)
      into.data<T>()[c] = static_cast<T>(static_cast<Wide<T>>(c == label ? 1 : 0));
  });
}

}  // namespace tessera
