#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/base/tensor.hpp"

namespace tessera {

/// How a parameter gets its first values.
enum class Initializer : std::uint8_t {
  Zeros,
  Ones,
  GlorotUniform,
  KaimingNormal,
  KaimingNormalFanOut,
  KaimingUniform
};

/// One tensor of a network's parameters, named and laid out as the reference framework has it (Keras for
/// CosmoFlow: "conv3d/kernel" with dims kd kh kw in out; "dense/kernel" with dims in out. PyTorch for
/// DeepCAM: "conv2.weight" with dims out in kh kw).
struct ParameterSpec {
  std::string name;
  std::vector<std::int64_t> dims;
  Initializer initializer = Initializer::Zeros;
  bool decayed = false;  // L2 regularisation acts on it (kernels of dense layers)
  // For the Kaiming initialisers; see models/train/initializers.hpp.
  std::int64_t fan_in = 0, fan_out = 0;
  bool trained = true;  // false: running statistics, which forward passes update themselves

  std::int64_t count() const;
};

/// Values and gradients of all parameters of a network, each in one flat allocation, in the order in which a
/// backward pass completes their gradients, so that a bucket of ready gradients is one contiguous run.
/// Parameters that aren't trained come last and have no gradient.
class ParameterStore {
 public:
  /// specs in the order described; element: a wide one, F64 with the reference kernels alone.
  ParameterStore(std::vector<ParameterSpec> specs, Element element);

  int count() const { return static_cast<int>(specs_.size()); }
  int trained() const { return trained_; }  // how many are, the first
  Element element() const { return element_; }
  const ParameterSpec& spec(int parameter) const { return specs_[parameter]; }
  /// Index of the named parameter, or -1.
  int find(const std::string& name) const;

  /// First element of a parameter in the flat buffers; offset(count()) is their length. Parameters start on
  /// 64-byte lines; the elements between them are zero and stay so.
  std::size_t offset(int parameter) const { return offsets_[parameter]; }

  template <class T>
  std::span<T> value(int parameter) {
    return part<T>(values_, parameter);
  }
  template <class T>
  std::span<T> gradient(int parameter) {
    assert(parameter < trained_);
    return part<T>(gradients_, parameter);
  }
  std::byte* values() { return values_.data(); }
  std::byte* gradients() { return gradients_.data(); }
  std::size_t bytes() const { return offsets_.back() * bytes_of(element_); }
  /// Of the trained parameters; as many are those of their gradients.
  std::size_t trained_bytes() const { return offsets_[trained_] * bytes_of(element_); }

 private:
  template <class T>
  std::span<T> part(AlignedBytes& memory, int parameter) {
    assert(element_ == element_of<T>());
    return {reinterpret_cast<T*>(memory.data()) + offsets_[parameter],
            static_cast<std::size_t>(specs_[parameter].count())};
  }

  std::vector<ParameterSpec> specs_;
  Element element_;
  int trained_;
  std::vector<std::size_t> offsets_;
  AlignedBytes values_, gradients_;
};

}  // namespace tessera
