#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/kernels/kernels.hpp"
#include "models/network/graph.hpp"
#include "models/network/parameters.hpp"
#include "models/network/placement.hpp"
#include "models/network/program.hpp"

namespace tessera {

using ExchangeMaker = std::function<std::unique_ptr<Exchange>(NodeId reader, std::size_t input)>;

/// What goes on beside a backward pass: `ready` hears of each parameter whose gradient is complete on this
/// process, in the ParameterStore's order; `poke` is called between steps, to let messages progress.
struct BackwardHooks {
  std::function<void(int parameter)> ready = [](int) {};
  std::function<void()> poke = [] {};
};

/// The first tensor in which a pass met a number that is not finite, and the node at which it did.
struct NotFinite {
  NodeId node = 0;
  std::string tensor;  // "the input", "parameter conv3d/kernel" or "the output of conv3d"
};

/// A graph made executable on one process: localised operations, their memory (one allocation, places used
/// again once their contents are dead) and the program. Nothing is allocated after construction. Graph,
/// kernels and parameters must outlive it; the parameters are the graph's, in the graph's order.
class Network {
 public:
  Network(const Graph& graph, const Placement& placement, Kernels& kernels, ParameterStore& parameters,
          const ExchangeMaker& make_exchange);

  /// The layout in which the graph's (one) input is expected: what the operations of this process read of it.
  const Layout& input_layout() const { return layouts_[input_]; }
  const Layout& output_layout() const { return layouts_[graph_.output()]; }

  /// input must stay valid until the backward pass has ended. The result is valid until the next call.
  ConstTensorView forward(ConstTensorView input, const StepContext& context);
  /// Where the gradient of the output goes before backward is called.
  TensorView output_gradient() { return nodes_[graph_.output()].dy; }
  /// After a forward call with the same context: overwrites all gradients in the ParameterStore.
  void backward(const StepContext& context, const BackwardHooks& hooks);

  /// Repeats a forward pass and looks for what is not finite in what this process holds. Slow; for the report
  /// of a failed run.
  std::optional<NotFinite> first_not_finite(ConstTensorView input, const StepContext& context);

  /// Calls `observer` after each step of the program, in forward and backward; for measurements.
  void observe(std::function<void(const ProgramStep&)> observer) { observer_ = std::move(observer); }

  std::size_t activation_bytes() const { return memory_.size(); }
  std::size_t scratch_bytes() const { return scratch_.size(); }
  const Program& program() const { return program_; }
  /// Implementation of each node's kernels, for the record of a run.
  std::vector<std::pair<std::string, std::vector<std::string>>> implementations() const;

 private:
  struct Edge {
    ConstTensorView x;  // what the operation reads
    TensorView wanted;  // the same, to be filled by a gather or copy; no memory where x is the producer's own
    TensorView dx;      // no memory where no gradient is needed
    TensorView scattered;  // where the scatter-add of dx ends; dx itself where nothing is exchanged
    std::unique_ptr<Exchange> exchange;
  };
  struct Slab {  // a part of a node's forward pass
    std::unique_ptr<LocalOp> op;
    std::vector<ConstTensorView> x;
    TensorView y;
  };
  struct Node {
    std::unique_ptr<LocalOp> op;  // null for the input, and where this process owns nothing of the output
    std::vector<Slab> slabs;      // interior first; none where the forward pass is op's in one piece
    std::vector<Edge> edges;
    std::vector<ConstTensorView> x;  // of the edges, as operations take them
    std::vector<TensorView> dx;
    std::vector<int> parameters;
    TensorView y, dy;
    std::span<std::byte> saved;
  };

  void localize(const Placement& placement, Kernels& kernels, const ExchangeMaker& make_exchange);
  Site site(NodeId node, const Placement& placement, Element element) const;
  Slab slab(const Site& whole, const Box& box, Kernels& kernels) const;
  void bind_memory(const Placement& placement, Element element);
  void bind_input(ConstTensorView input);
  static void bind_slab_input(const Node& node, Slab& slab, std::size_t input);
  void run_forward(const ProgramStep& step, const StepContext& context);
  void run_backward(const ProgramStep& step, const StepContext& context, const BackwardHooks& hooks);
  void run_slab(const Node& node, const Slab& slab, const StepContext& context);
  void clear_parameter_gradients(const Node& node);
  void after(const ProgramStep& step);
  OpCall call(const Node& node, const StepContext& context);

  const Graph& graph_;
  ParameterStore& parameters_;
  Program program_;
  NodeId input_ = 0;
  std::vector<Layout> layouts_;  // by node: what is owned here
  std::vector<Node> nodes_;
  AlignedBytes memory_, scratch_;
  std::vector<Exchange*> in_flight_;  // to be poked; its memory is that of all exchanges
  std::function<void(const ProgramStep&)> observer_ = [](const ProgramStep&) {};
};

}  // namespace tessera
