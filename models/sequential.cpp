#include "models/sequential.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "models/base/error.hpp"
#include "models/layers/layers.hpp"

namespace tessera {
namespace {

using sequential::Activation;
using sequential::Padding;
using sequential::PerAxis;
using sequential::Pooling;

/// An error that says already which layer it is about.
class LayerError final : public InputError {
 public:
  using InputError::InputError;
};

/// What is wrong with a layer, for the one place that knows its number.
[[noreturn]] void refuse(std::string problem, std::string fix) {
  throw InputError(std::move(problem), "layer", std::move(fix));
}

void pad(Window& w, std::int64_t total) {
  w.pad = total / 2;
  w.uneven = total % 2;
}

/// The text of a window's words along one axis, with "the axes" of samples being the last of D H W.
class Axes {
 public:
  explicit Axes(std::size_t count) : count_(count) {}

  std::size_t count() const { return count_; }
  std::size_t first() const { return 3 - count_; }  // of D H W
  /// That of axis `axis` of D H W.
  std::int64_t number(const PerAxis& numbers, std::size_t axis, const char* key) const {
    if (numbers.size() == 1) return numbers[0];
    if (numbers.size() != count_)
      refuse(fmt::format("{} has {} numbers, where samples have {} {}", key, numbers.size(), count_,
                         count_ == 1 ? "axis" : "axes"),
             "give one for all, or one for each");
    return numbers[axis - first()];
  }
  std::string text(const Shape& shape) const {
    std::string text;
    for (std::size_t axis = first(); axis < 3; ++axis) text += fmt::format("{}x", shape.space.axes()[axis]);
    return text + std::to_string(shape.c);
  }

 private:
  std::size_t count_;
};

void pad_by(Window& w, std::int64_t cells) {
  if (cells > w.reach())
    refuse(fmt::format("a padding of {} is more than a kernel of {}{} reaches", cells, w.kernel,
                       w.dilation > 1 ? fmt::format(" with dilation {}", w.dilation) : ""),
           fmt::format("pad by at most {}", w.reach()));
  w.pad = cells;
}

/// Adds the nodes of each layer.
class SequentialBuilder {
 public:
  explicit SequentialBuilder(const SequentialArchitecture& config) : config_(config), axes_(config.axes) {}

  Graph build() && {
    NodeId x = graph_.input("x", {config_.batch, config_.channels, config_.space});
    x = chain(config_.layers, x, "layer");
    if (graph_.node(x).precision != Precision::Wide) graph_.add("prediction", widen(), {x});
    return std::move(graph_);
  }

 private:
  NodeId chain(const std::vector<sequential::Layer>& layers, NodeId x, const std::string& name) {
    for (std::size_t i = 0; i < layers.size(); ++i) {
      name_ = fmt::format("{} {}", name, i + 1);
      next_ = i + 1 < layers.size() ? &layers[i + 1].what : nullptr;
      const std::string mine = name_;
      try {
        x = std::visit([&](const auto& layer) { return add(layer, x); }, layers[i].what);
      } catch (const LayerError&) {
        throw;
      } catch (const InputError& error) {
        throw LayerError(fmt::format("{}: {}", mine, error.problem()), layers[i].where, error.fix());
      }
      if (std::exchange(has_next_, false)) ++i;
    }
    return x;
  }

  NodeId add(const sequential::Convolution& layer, NodeId x) {
    require_space("convolve");
    const Windows windows = windows_of(layer, x, layer.dilation, "kernel");
    require_fit(windows, x, [](std::int64_t cells, const Window& w) {
      return fmt::format("a kernel of {}{} doesn't fit {} cells", w.kernel,
                         w.dilation > 1 ? fmt::format(" with dilation {}", w.dilation) : "", cells);
    });
    x = node(fmt::format("conv{}d", axes_.count()),
             convolution({.out = layer.filters,
                          .window = windows,
                          .groups = layer.groups,
                          .bias = layer.use_bias,
                          .axes = axes_.count()}),
             {x});
    return activated(x, {layer.activation});
  }

  NodeId add(const sequential::TransposedConvolution& layer, NodeId x) {
    require_space("convolve");
    Windows windows;
    for (std::size_t axis = axes_.first(); axis < 3; ++axis) {
      Window& w = windows[axis] = bare_window(layer, layer.dilation, "kernel", axis);
      if (!w.leaves_no_gaps())
        refuse(fmt::format("a kernel of {}{} leaves gaps between strides of {}", w.kernel,
                           w.dilation > 1 ? fmt::format(" with dilation {}", w.dilation) : "", w.stride),
               "give a kernel at least as large as the stride, and a dilation that has no divisor in common "
               "with it");
      if (layer.padding.kind == Padding::Kind::Same) pad(w, w.reach() + 1 - w.stride);
      if (layer.padding.kind == Padding::Kind::Cells)
        pad_by(w, axes_.number(layer.padding.cells, axis, "padding"));
    }
    x = node(fmt::format("conv{}d_transpose", axes_.count()),
             transposed_convolution(
                 {.out = layer.filters, .window = windows, .bias = layer.use_bias, .axes = axes_.count()}),
             {x});
    return activated(x, {layer.activation});
  }

  NodeId add(const Pooling& layer, NodeId x) {
    require_space("pool");
    struct {
      const PerAxis &kernel, &stride;
      const Padding& padding;
    } const words{layer.size, layer.stride ? *layer.stride : layer.size, layer.padding};
    const Windows windows = windows_of(words, x, {1}, "size");
    require_fit(windows, x, [](std::int64_t cells, const Window& w) {
      return fmt::format("{} cell{} can't be pooled by {}", cells, cells == 1 ? "" : "s", w.kernel);
    });
    if (layer.kind == Pooling::Kind::Average) return node("average_pooling", average_pool(windows), {x});
    const double slope = std::exchange(slope_of_pool_, 1);
    return node("max_pooling", max_pool({.window = windows, .negative_slope = slope}), {x});
  }

  NodeId add(const sequential::GlobalPooling& layer, NodeId x) {
    require_space("pool");
    flat_ = true;
    return layer.kind == Pooling::Kind::Max ? node("global_max_pooling", global_max_pool(), {x})
                                            : node("global_average_pooling", global_average_pool(), {x});
  }

  NodeId add(const sequential::BatchNorm& layer, NodeId x) {
    const auto* const activation = next_as<sequential::Activate>();
    has_next_ = activation != nullptr && activation->function == Activation::Relu;
    return node("batch_normalization",
                batch_norm({.relu = has_next_,
                            .epsilon = layer.epsilon,
                            .momentum = 1 - layer.momentum,
                            .names = ParameterNames::Keras}),
                {x});
  }

  NodeId add(const sequential::Activate& layer, NodeId x) { return activated(x, layer); }

  NodeId add(const sequential::Dropout& layer, NodeId x) {
    return layer.rate > 0 ? node("dropout", dropout(layer.rate), {x}) : x;
  }

  NodeId add(const sequential::Flatten&, NodeId x) {
    return std::exchange(flat_, true) ? x : node("flatten", flatten(), {x});
  }

  NodeId add(const sequential::Dense& layer, NodeId x) {
    if (!flat_)
      refuse(fmt::format("a dense layer takes flat input, and gets {}", axes_.text(graph_.shape(x))),
             "put `- flatten: {}` or a global pooling before it");
    return activated(node("dense", dense({.out = layer.units, .bias = layer.use_bias}), {x}),
                     {layer.activation});
  }

  NodeId add(const sequential::Residual& layer, NodeId x) {
    const std::string mine = name_;
    const bool was_flat = flat_;
    const NodeId path = chain(layer.layers, x, mine + ", layer");
    const bool path_is_flat = std::exchange(flat_, was_flat);
    const NodeId shortcut = chain(layer.projection, x, mine + ", projection layer");
    const Shape &a = graph_.shape(path), &b = graph_.shape(shortcut);
    if (a != b || flat_ != path_is_flat)
      refuse(fmt::format("the layers make {} of {}, to which {} can't be added", axes_.text(a),
                         axes_.text(graph_.shape(x)), axes_.text(b)),
             layer.projection.empty()
                 ? "give the block a projection that makes the same, or keep extents and channels"
                 : "let projection and layers make the same");
    const bool relu = layer.activation == Activation::Relu;
    const NodeId sum = node("add", tessera::add({.relu = relu}), {path, shortcut});
    return relu ? sum : activated(sum, {layer.activation});
  }

  NodeId activated(NodeId x, const sequential::Activate& activation) {
    const auto* const pool = next_as<Pooling>();
    const bool is_relu = activation.function == Activation::Relu;
    if (pool != nullptr && pool->kind == Pooling::Kind::Max &&
        (is_relu || activation.function == Activation::LeakyRelu)) {
      slope_of_pool_ = is_relu ? 0 : activation.negative_slope;
      return x;
    }
    switch (activation.function) {
      case Activation::Relu:
        return node("relu", relu(), {x});
      case Activation::LeakyRelu:
        return node("leaky_relu", leaky_relu(activation.negative_slope), {x});
      case Activation::Sigmoid:
        return node("sigmoid", sigmoid(), {x});
      case Activation::Tanh:
        return node("tanh", scaled_tanh(1), {x});
      case Activation::Linear:
        break;
    }
    return x;
  }

  // As Keras numbers them: conv2d, conv2d_1, ...
  NodeId node(const std::string& kind, LayerPtr layer, std::vector<NodeId> inputs) {
    const int number = count_of_[kind]++;
    return graph_.add(number == 0 ? kind : fmt::format("{}_{}", kind, number), std::move(layer),
                      std::move(inputs));
  }

  // What comes next in the list, where it is one of these; nothing after a residual block's last layer.
  template <class Kind>
  const Kind* next_as() const {
    return next_ != nullptr ? std::get_if<Kind>(next_) : nullptr;
  }

  void require_space(const char* verb) const {
    if (flat_)
      refuse(fmt::format("there are no axes left to {} along", verb),
             "put it before what flattens, or pools globally");
  }

  template <class Words>
  Window bare_window(const Words& words, const PerAxis& dilation, const char* kernel_key,
                     std::size_t axis) const {
    return {.kernel = axes_.number(words.kernel, axis, kernel_key),
            .stride = axes_.number(words.stride, axis, "stride"),
            .dilation = axes_.number(dilation, axis, "dilation")};
  }

  template <class Words>
  Windows windows_of(const Words& words, NodeId x, const PerAxis& dilation, const char* kernel_key) const {
    Windows windows;
    for (std::size_t axis = axes_.first(); axis < 3; ++axis) {
      Window& w = windows[axis] = bare_window(words, dilation, kernel_key, axis);
      const std::int64_t cells = graph_.shape(x).space.axes()[axis];
      if (words.padding.kind == Padding::Kind::Same)
        pad(w,
            std::max<std::int64_t>(0, (divided_up(cells, w.stride) - 1) * w.stride + w.reach() + 1 - cells));
      if (words.padding.kind == Padding::Kind::Cells)
        pad_by(w, axes_.number(words.padding.cells, axis, "padding"));
    }
    return windows;
  }

  template <class Problem>
  void require_fit(const Windows& windows, NodeId x, Problem&& problem) const {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const std::int64_t cells = graph_.shape(x).space.axes()[axis];
      if (!windows[axis].fits(cells))
        refuse(problem(cells, windows[axis]), "pad it, make it smaller, or let less be pooled before it");
    }
  }

  const SequentialArchitecture& config_;
  Axes axes_;
  Graph graph_;
  std::map<std::string, int> count_of_;  // nodes, by kind
  bool flat_ = false;                    // what was added last
  std::string name_;                     // of the layer that is added, for errors
  // Rectifiers cost a pass over their tensor, unless what comes before or after does their work in its own: a
  // normalisation, and max-pooling, which is the same before and after them.
  const decltype(sequential::Layer::what)* next_ = nullptr;  // after the layer that is added
  bool has_next_ = false;                                    // the node that was added does its work, too
  double slope_of_pool_ = 1;  // of negative numbers, for the next pool to apply
};

}  // namespace

Graph sequential_network(const SequentialArchitecture& config) {
  return SequentialBuilder(config).build();
}

}  // namespace tessera
