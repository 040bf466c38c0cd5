#include "harness/step_bench.hpp"

#include <fmt/core.h>
#include <omp.h>

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <optional>

#include "harness/stopwatch.hpp"
#include "harness/system_probe.hpp"
#include "models/kernels/convolution_ceiling.hpp"
#include "models/network.hpp"
#include "models/train/initializers.hpp"

namespace tessera {
namespace {

using Kind = ProgramStep::Kind;
using Direction = ConvolutionCeiling::Direction;

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// The oneDNN kernels, noting which convolutions a network asks for.
class NotingKernels final : public Kernels {
 public:
  Element element() const override { return kernels_->element(); }
  std::unique_ptr<LinearKernel> convolution(const ConvolutionProblem& problem) override {
    convolutions_.push_back(problem);
    return kernels_->convolution(problem);
  }
  std::unique_ptr<MaxPoolKernel> max_pool(const WindowProblem& problem, double negative_slope) override {
    return kernels_->max_pool(problem, negative_slope);
  }
  std::unique_ptr<LinearKernel> dense(const DenseProblem& problem) override {
    return kernels_->dense(problem);
  }
  const std::vector<ConvolutionProblem>& convolutions() const { return convolutions_; }

 private:
  std::unique_ptr<Kernels> kernels_ = make_onednn_kernels();
  std::vector<ConvolutionProblem> convolutions_;
};

/// One network with synthetic data, stepping.
class Stepper {
 public:
  Stepper(const Workload& workload, std::int64_t batch)
      : workload_(workload),
        graph_(workload.graph(batch)),
        parameters_(graph_.parameters(), Element::F32),
        network_(graph_, Placement::whole(graph_), kernels_, parameters_, nullptr),
        optimizer_(workload.make_optimizer(parameters_)),
        input_(network_.input_layout()),
        target_(network_.output_layout()),
        samples_(static_cast<std::size_t>(batch), 0) {
    initialize(parameters_, 1);
    const std::span<float> x = input_.view().span<float>();
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 97) / 97.0F;
    network_.observe([this](const ProgramStep& step) {
      calls_[{step.node, step.kind}].push_back(watch_.lap());
    });
  }

  void step() {
    NoGroupSum alone;
    const StepContext context{true, 1, 0, samples_, alone, alone};
    const double weight = 1.0 / static_cast<double>(samples_.size());
    const Stopwatch whole;
    watch_.lap();
    const ConstTensorView prediction = network_.forward(std::as_const(input_).view(), context);
    workload_.loss().share(prediction, std::as_const(target_).view(),
                           {weight, static_cast<std::int64_t>(samples_.size())}, network_.output_gradient());
    loss_.push_back(watch_.lap());
    network_.backward(context, {});
    watch_.lap();
    optimizer_->step(1e-6, 0);
    update_.push_back(watch_.lap());
    steps_.push_back(whole.seconds());
  }

  void forget() {
    calls_.clear();
    loss_.clear();
    update_.clear();
    steps_.clear();
  }

  const Graph& graph() const { return graph_; }
  const Network& network() const { return network_; }
  const std::vector<ConvolutionProblem>& convolutions() const { return kernels_.convolutions(); }
  std::optional<double> seconds(NodeId node, Kind kind) const {
    const auto found = calls_.find({node, kind});
    return found == calls_.end() ? std::nullopt : std::optional(median(found->second));
  }
  double loss_seconds() const { return median(loss_); }
  double update_seconds() const { return median(update_); }
  double step_seconds() const { return median(steps_); }

 private:
  const Workload& workload_;
  Graph graph_;
  NotingKernels kernels_;
  ParameterStore parameters_;
  Network network_;
  std::unique_ptr<Optimizer> optimizer_;
  Tensor input_, target_;
  std::vector<std::int64_t> samples_;
  Stopwatch watch_;
  std::map<std::pair<NodeId, Kind>, std::vector<double>> calls_;
  std::vector<double> loss_, update_, steps_;
};

/// The ceilings of all convolutions of a network, in both layouts, sharing one memory.
class Ceilings {
 public:
  explicit Ceilings(const std::vector<ConvolutionProblem>& problems) {
    for (const WindowProblem& problem : problems)
      for (const auto tensors :
           {ConvolutionCeiling::Tensors::ChannelsLast, ConvolutionCeiling::Tensors::LibraryChoice})
        candidates_.push_back({make_onednn_ceiling(problem, tensors), {}});
    std::size_t bytes = 0;
    for (const Candidate& candidate : candidates_)
      for (const Direction direction : kDirections)
        bytes = std::max(bytes, candidate.ceiling->bytes(direction));
    memory_ = AlignedBytes(bytes);
  }

  void run() {
    for (Candidate& candidate : candidates_)
      for (const Direction direction : kDirections) {
        const Stopwatch watch;
        candidate.ceiling->run(direction, memory_.data());
        candidate.seconds[static_cast<std::size_t>(direction)].push_back(watch.seconds());
      }
  }
  void forget() {
    for (Candidate& candidate : candidates_) candidate.seconds = {};
  }

  void note(std::size_t convolution, Direction direction, BenchedCall& call) const {
    for (const Candidate* candidate : {&candidates_[2 * convolution], &candidates_[2 * convolution + 1]}) {
      const double seconds = median(candidate->seconds[static_cast<std::size_t>(direction)]);
      if (call.ceiling_seconds > 0 && call.ceiling_seconds <= seconds) continue;
      call.ceiling_seconds = seconds;
      call.ceiling_implementation = candidate->ceiling->implementation(direction);
    }
  }

 private:
  static constexpr std::array kDirections = {Direction::Forward, Direction::BackwardInputs,
                                             Direction::BackwardParameters};
  struct Candidate {
    std::unique_ptr<ConvolutionCeiling> ceiling;
    std::array<std::vector<double>, 3> seconds;
  };
  std::vector<Candidate> candidates_;
  AlignedBytes memory_;
};

struct CallKind {
  Kind kind;
  Direction direction;
  const char* name;
};
constexpr std::array kCalls = {
    CallKind{Kind::Forward, Direction::Forward, "forward"},
    CallKind{Kind::BackwardInputs, Direction::BackwardInputs, "backward_inputs"},
    CallKind{Kind::BackwardParameters, Direction::BackwardParameters, "backward_parameters"}};

bool is_convolution(const Graph& graph, NodeId node) {
  const auto specs = graph.node(node).layer->parameters(graph.input_shapes(node));
  return !specs.empty() && specs[0].dims.size() == 5;
}

double tensor_bytes(const Graph& graph, NodeId node) {
  double elements = static_cast<double>(graph.shape(node).count());
  for (const Shape& input : graph.input_shapes(node)) elements += static_cast<double>(input.count());
  for (const ParameterSpec& spec : graph.node(node).layer->parameters(graph.input_shapes(node)))
    elements += static_cast<double>(spec.count());
  return 4 * elements;
}

std::string implementation_of(const Network& network, const std::string& node, std::size_t call) {
  for (const auto& [name, implementations] : network.implementations()) {
    if (name != node) continue;
    // A layer whose input needs no gradient has no kernel for it.
    if (implementations.size() == 2 && call == 2) call = 1;
    return implementations[std::min(call, implementations.size() - 1)];
  }
  return "";
}

}  // namespace

StepBench bench_step(const Workload& workload, std::int64_t batch, std::int64_t repeats) {
  Stepper stepper(workload, batch);
  stepper.step();
  StepBench bench;
  bench.batch = batch;
  bench.repeats = repeats;
  bench.threads = omp_get_max_threads();
  bench.peak_bytes = peak_memory_bytes();
  Ceilings ceilings(stepper.convolutions());
  ceilings.run();
  stepper.forget();
  ceilings.forget();
  for (std::int64_t i = 0; i < repeats; ++i) {
    stepper.step();
    ceilings.run();
  }

  std::size_t convolution = 0;
  for (NodeId id = 0; id < stepper.graph().count(); ++id) {
    const Graph::Node& node = stepper.graph().node(id);
    if (!node.layer) continue;
    const bool convolves = is_convolution(stepper.graph(), id);
    for (std::size_t c = 0; c < kCalls.size(); ++c) {
      const std::optional<double> seconds = stepper.seconds(id, kCalls[c].kind);
      if (!seconds) continue;
      BenchedCall call;
      call.node = node.name;
      call.call = kCalls[c].name;
      call.seconds = *seconds;
      call.flop = node.layer->forward_flop(stepper.graph().input_shapes(id), node.shape);
      call.bytes = tensor_bytes(stepper.graph(), id);
      call.implementation = implementation_of(stepper.network(), node.name, c);
      if (convolves) ceilings.note(convolution, kCalls[c].direction, call);
      bench.ceiling_seconds += call.ceiling_seconds;
      bench.calls.push_back(std::move(call));
    }
    convolution += convolves ? 1 : 0;
  }
  bench.loss_seconds = stepper.loss_seconds();
  bench.update_seconds = stepper.update_seconds();
  bench.step_seconds = stepper.step_seconds();
  return bench;
}

nlohmann::json to_json(const StepBench& bench) {
  nlohmann::json calls = nlohmann::json::array();
  for (const BenchedCall& c : bench.calls) {
    calls.push_back({{"node", c.node},
                     {"call", c.call},
                     {"seconds", c.seconds},
                     {"flop", c.flop},
                     {"bytes", c.bytes},
                     {"implementation", c.implementation}});
    if (c.ceiling_seconds > 0) {
      calls.back()["ceiling_seconds"] = c.ceiling_seconds;
      calls.back()["ceiling_implementation"] = c.ceiling_implementation;
    }
  }
  return {{"batch", bench.batch},
          {"repeats", bench.repeats},
          {"threads", bench.threads},
          {"calls", calls},
          {"loss_seconds", bench.loss_seconds},
          {"update_seconds", bench.update_seconds},
          {"step_seconds", bench.step_seconds},
          {"ceiling_seconds", bench.ceiling_seconds},
          {"step_over_ceiling", bench.step_seconds / bench.ceiling_seconds},
          {"peak_bytes", bench.peak_bytes}};
}

std::string to_string(const StepBench& bench) {
  std::string text = fmt::format("batch {}, {} threads, medians of {} rounds; times in ms\n", bench.batch,
                                 bench.threads, bench.repeats);
  text += fmt::format("{:<13} {:<20} {:>9} {:>9} {:>7} {:>8} {:>8}  {}\n", "node", "call", "time", "ceiling",
                      "ratio", "GFLOP/s", "GB/s", "implementation (ceiling's, where another)");
  double rest = 0;
  for (const BenchedCall& c : bench.calls) {
    const bool convolves = c.ceiling_seconds > 0;
    const std::string ceiling = convolves ? fmt::format("{:.3f}", 1e3 * c.ceiling_seconds) : "";
    const std::string ratio = convolves ? fmt::format("{:.2f}", c.seconds / c.ceiling_seconds) : "";
    const std::string other = convolves && c.ceiling_implementation != c.implementation
                                  ? fmt::format(" ({})", c.ceiling_implementation)
                                  : "";
    text += fmt::format("{:<13} {:<20} {:>9.3f} {:>9} {:>7} {:>8.1f} {:>8.1f}  {}{}\n", c.node, c.call,
                        1e3 * c.seconds, ceiling, ratio, c.flop / c.seconds / 1e9, c.bytes / c.seconds / 1e9,
                        c.implementation, other);
    rest += convolves ? 0 : c.seconds;
  }
  text += fmt::format("loss {:.3f}, update {:.3f}, layers that are no convolutions {:.3f}\n",
                      1e3 * bench.loss_seconds, 1e3 * bench.update_seconds, 1e3 * rest);
  text += fmt::format(
      "step {:.3f} = {:.3f} x the sum of the convolutions' ceilings, {:.3f}; peak memory {:.3f} GB\n",
      1e3 * bench.step_seconds, bench.step_seconds / bench.ceiling_seconds, 1e3 * bench.ceiling_seconds,
      static_cast<double>(bench.peak_bytes) / 1e9);
  return text;
}

}  // namespace tessera
