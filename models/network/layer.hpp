#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "models/base/footprint.hpp"
#include "models/base/shape.hpp"
#include "models/base/tensor.hpp"
#include "models/network/parameters.hpp"
#include "models/network/services.hpp"

namespace tessera {

class Kernels;

/// How the processes that share a sample hold a tensor: owned boxes tile it, or every process has all of it.
enum class Spread : std::uint8_t { Split, Replicated };

/// Whether a node's value and gradient are kept in the element of the kernels, or in its wide type as well
/// where that is a narrow one: small tensors at the end of a network, where rounding tells and costs nothing.
enum class Precision : std::uint8_t { OfKernels, Wide };

/// Throws InputError unless a layer, which is named, gets a tensor in the wide type.
void require_wide(Precision input, const char* layer);

/// What a step needs to know beyond its tensors.
struct StepContext {
  bool training = true;                      // dropout and batch statistics act
  std::uint64_t seed = 0;                    // of the run
  std::uint64_t step = 0;                    // counted over the whole run
  std::span<const std::int64_t> sample_ids;  // of this replica's batch, one for each n
  GroupSum& spatial;                         // the processes that share a sample
  GroupSum& norm;                            // the processes that share batch statistics
};

/// What one call of an operation is given besides its tensors. `saved` keeps its contents from forward to
/// backward; `scratch` is shared by all operations and holds nothing between calls.
struct OpCall {
  const StepContext& step;
  std::span<std::byte> saved, scratch;
};

using Inputs = std::span<const ConstTensorView>;
using InputGradients = std::span<const TensorView>;

/// A layer on one process's boxes. It knows no process: x covers what it wants, y what this process owns.
class LocalOp {
 public:
  virtual ~LocalOp() = default;
  virtual void forward(Inputs x, TensorView y, const OpCall& call) = 0;
  /// Overwrites dx. Called only where some input needs a gradient; the dx of one that doesn't has no memory.
  virtual void backward_inputs(Inputs x, ConstTensorView y, ConstTensorView dy, InputGradients dx,
                               const OpCall& call) = 0;
  /// Overwrites the gradients of the layer's parameters.
  virtual void backward_parameters(Inputs, ConstTensorView, ConstTensorView, const OpCall&) {}

  /// What the memory plan must provide: bytes kept from forward to backward beyond x and y, and shared
  /// scratch.
  virtual std::size_t saved_bytes() const { return 0; }
  virtual std::size_t scratch_bytes() const { return 0; }
  /// Which of forward's tensors the backward calls read; the memory of the others is used again.
  virtual bool backward_reads_inputs() const { return false; }
  virtual bool backward_reads_output() const { return false; }
  /// Names of the kernels' implementations, for the record of a run.
  virtual std::vector<std::string> implementations() const { return {}; }
};

/// A parameter as an operation sees it: stable addresses in the ParameterStore.
struct ParameterView {
  std::byte* value = nullptr;     // written only by operations whose parameter isn't trained
  std::byte* gradient = nullptr;  // null where it isn't trained
};

/// Where an operation runs: global shapes, this process's layouts, its parameters.
struct Site {
  std::string name;                       // of the node
  std::uint64_t node = 0;                 // its number in the graph, the key of its random numbers
  std::vector<Shape> inputs;              // global
  Shape output;                           // global
  std::vector<Layout> wanted;             // by input: what is read here
  Layout owned;                           // of the output: what is computed here
  Spread spread = Spread::Split;          // of the output
  std::vector<ParameterView> parameters;  // in the order of Layer::parameters
  bool input_gradients = true;            // false where no input needs a gradient
};

/// What is computed, said on whole tensors. Immutable; one layer may be localised many times.
class Layer {
 public:
  virtual ~Layer() = default;
  /// Throws InputError (what, where left to the graph, fix) when the inputs don't fit.
  virtual Shape output(std::span<const Shape> inputs) const = 0;
  /// Which part of input `input` an interval of outputs reads, by axis D H W. Pointwise unless said
  /// otherwise.
  virtual std::array<Footprint, 3> reads(std::size_t input, const Shape& input_shape) const;
  /// Split if any input is, unless said otherwise.
  virtual Spread spread(std::span<const Spread> inputs) const;
  /// That of all inputs, unless said otherwise. Throws InputError when the inputs don't fit.
  virtual Precision precision(std::span<const Precision> inputs) const;
  /// Whether each input is read where this process owns it, whatever the output: the operation completes
  /// its result by a sum over the processes that share the sample.
  virtual bool reads_owned() const { return false; }
  /// Whether it can compute the gradients of its inputs; one that can't stands at the start of a network.
  virtual bool has_input_gradients() const { return true; }
  /// Whether its operation takes part in sums over processes. It is then localised and called on processes
  /// that own nothing of its output, too.
  virtual bool sums_over_group() const { return false; }
  /// Names are relative to the node's ("kernel"); the graph prefixes them.
  virtual std::vector<ParameterSpec> parameters(std::span<const Shape>) const { return {}; }
  /// Work of one forward pass over `output`, two flop a multiply-add; elementwise work is not counted.
  virtual double forward_flop(std::span<const Shape>, const Shape&) const { return 0; }
  virtual std::unique_ptr<LocalOp> localize(const Site& site, Kernels& kernels) const = 0;
};

}  // namespace tessera
