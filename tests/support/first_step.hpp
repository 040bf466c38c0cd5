#pragma once

#include <utility>
#include <vector>

#include "models/network/network.hpp"
#include "models/train/initializers.hpp"
#include "models/train/mean_squared_error.hpp"
#include "support/numbers.hpp"

namespace tessera::test {

/// Loss and gradients of a training step: one part's shares, or their sums.
struct FirstStep {
  double loss = 0;
  std::vector<double> gradients;   // of all trained parameters, in the store's order
  std::vector<double> statistics;  // what the others have become: each part's are the whole's
};

namespace detail {

// The part of a random tensor of T, the same on all processes, that a layout holds; in its element.
template <class T>
Tensor part_of_random(const Shape& shape, const Layout& layout, std::uint64_t stream) {
  const Tensor whole = random_tensor<T>(shape.n, shape.c, shape.space, stream);
  Tensor exact({shape.n, shape.c, layout.box, element_of<T>()}), part(layout);
  copy_box(whole.view(), exact.view(), layout.box);
  convert(std::as_const(exact).view(), part.view());
  return part;
}

// T: the wide type of the kernels' element.
template <class T>
FirstStep first_step_as(const Graph& graph, const Placement& placement, int parts, Kernels& kernels,
                        const ExchangeMaker& make_exchange, GroupSum& group) {
  ParameterStore parameters(graph.parameters(), wide(kernels.element()));
  initialize(parameters, 5);
  Network network(graph, placement, kernels, parameters, make_exchange);
  const Tensor input = part_of_random<T>(graph.shape(0), network.input_layout(), 1);
  const Shape& output = graph.shape(graph.output());
  const Tensor target = part_of_random<T>(output, network.output_layout(), 2);

  std::vector<std::int64_t> samples;
  for (std::int64_t n = 0; n < output.n; ++n) samples.push_back(7 + 2 * n);
  const StepContext context{true, 3, 9, samples, group, group};
  const int holders = graph.node(graph.output()).spread == Spread::Replicated ? parts : 1;
  const LossScale share{1.0 / static_cast<double>(output.n * holders), output.n};
  FirstStep step;
  const ConstTensorView prediction = network.forward(input.view(), context);
  step.loss = MeanSquaredError(output.c * output.space.count())
                  .share(prediction, target.view(), share, network.output_gradient());
  network.backward(context, {});
  for (int p = 0; p < parameters.trained(); ++p)
    for (const T gradient : parameters.gradient<T>(p)) step.gradients.push_back(gradient);
  for (int p = parameters.trained(); p < parameters.count(); ++p)
    for (const T value : parameters.value<T>(p)) step.statistics.push_back(value);
  return step;
}

}  // namespace detail

/// One part's first training step of a graph whose node 0 is its input, on random data and random first
/// parameters; `parts`, which are `group`, share each sample. In the element of the kernels.
inline FirstStep first_step(const Graph& graph, const Placement& placement, int parts, Kernels& kernels,
                            const ExchangeMaker& make_exchange, GroupSum& group) {
  return kernels.element() == Element::F64
             ? detail::first_step_as<double>(graph, placement, parts, kernels, make_exchange, group)
             : detail::first_step_as<float>(graph, placement, parts, kernels, make_exchange, group);
}

}  // namespace tessera::test
