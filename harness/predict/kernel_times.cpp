#include "harness/predict/kernel_times.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "models/base/error.hpp"
#include "parallel/partition_plan.hpp"

namespace tessera {
namespace {

using Kind = ProgramStep::Kind;

const char* call_of(Kind kind) {
  switch (kind) {
    case Kind::Forward:
    case Kind::ForwardInterior:
      return "forward";
    case Kind::BackwardInputs:
      return "backward_inputs";
    case Kind::BackwardParameters:
      return "backward_parameters";
    case Kind::CopyWanted:
      return "copy";
    case Kind::ClearGradient:
      return "clear";
    case Kind::AddGradient:
      return "add";
    default:
      return nullptr;
  }
}

double cells_of(const std::string& extents) {
  double cells = 1;
  const char* at = extents.data();
  const char* const end = at + extents.size();
  while (at < end) {
    std::int64_t number = 0;
    at = std::from_chars(at, end, number).ptr + 1;
    cells *= static_cast<double>(number);
  }
  return cells;
}

}  // namespace

bool is_call(const ProgramStep& step) {
  return call_of(step.kind) != nullptr;
}

std::string call_name(const std::string& call, Element element) {
  return element == Element::F32 ? call : fmt::format("{} {}", call, name_of(element));
}

std::string call_name(const Graph& graph, const ProgramStep& step, Element element) {
  const Graph::Node& node = graph.node(step.node);
  const std::int64_t in = node.inputs.empty() ? 0 : graph.shape(node.inputs.front()).c;
  return call_name(fmt::format("{} {} {}>{}", node.name, call_of(step.kind), in, node.shape.c), element);
}

std::string extents_name(std::int64_t samples, const Extents& extents) {
  return fmt::format("{}x{}x{}x{}", samples, extents.d, extents.h, extents.w);
}

double interpolated(const std::map<std::string, double>& measured, double cells) {
  std::map<double, double> points;
  for (const auto& [extents, seconds] : measured) points[cells_of(extents)] = seconds;
  const auto above = points.lower_bound(cells);
  if (above == points.end()) return points.rbegin()->second * cells / points.rbegin()->first;
  const auto along = [cells](const auto& from, const auto& to) {
    return from.second + (to.second - from.second) * (cells - from.first) / (to.first - from.first);
  };
  if (above != points.begin()) return along(*std::prev(above), *above);
  const double in_proportion = above->second * cells / above->first;
  return points.size() == 1 ? in_proportion : std::max(in_proportion, along(*above, *std::next(above)));
}

KernelTimes::KernelTimes(const MachineDescription& machine, const Graph& graph, Element element,
                         double state_bytes)
    : machine_(machine), graph_(graph), element_(element), state_bytes_(state_bytes) {}

double KernelTimes::bytes(NodeId tensor, const Box& box) const {
  return static_cast<double>(graph_.layout(tensor, box, element_).bytes());
}

double KernelTimes::parameter_bytes(NodeId node) const {
  double sum = 0;
  for (const ParameterSpec& spec : graph_.parameters(node))
    sum += static_cast<double>(spec.count()) * static_cast<double>(bytes_of(wide(element_)));
  return sum;
}

// Each tensor that a call reads or writes, once.
KernelTimes::Work KernelTimes::work(const ProgramStep& step, const Placement& placement) const {
  const Graph::Node& node = graph_.node(step.node);
  const double own = bytes(step.node, placement.owned[step.node]);
  if (step.kind == Kind::ClearGradient) return {0, own};
  const auto wanted = [&](std::size_t i) {
    return bytes(node.inputs[i], placement.edges[step.node][i].wanted);
  };
  if (step.input >= 0)
    return {0, (step.kind == Kind::AddGradient ? 3 : 2) * wanted(static_cast<std::size_t>(step.input))};
  Work work{local_forward_flop(graph_, placement, step.node), own + parameter_bytes(step.node)};
  for (std::size_t i = 0; i < node.inputs.size(); ++i) work.bytes += wanted(i);
  return work;
}

double KernelTimes::by_rate(const Work& work) const {
  const auto ranks = static_cast<double>(machine_.node.ranks);
  double seconds = work.bytes * ranks / machine_.node.memory_bandwidth;
  if (work.flop > 0) {
    const auto peak = machine_.node.peak.find(element_);
    if (peak == machine_.node.peak.end())
      throw InputError(fmt::format("{} has no peak in {}, and calls of this network weren't measured",
                                   machine_.name, name_of(element_)),
                       "--machine",
                       fmt::format("add node.{}_flop_per_second, or measure the machine with this "
                                   "configuration: tessera bench machine",
                                   name_of(element_)));
    seconds = std::max(seconds, work.flop * ranks / (peak->second * machine_.kernels.share_of_peak));
  }
  return seconds + machine_.kernels.call_seconds;
}

double KernelTimes::taken(const std::string& call, double cells, const Work& work) const {
  if (const auto found = machine_.kernels.measured.find(call);
      found != machine_.kernels.measured.end() && !found->second.empty())
    return interpolated(found->second, cells);
  unmeasured_.insert(call);
  return by_rate(work);
}

double KernelTimes::seconds(const ProgramStep& step, const Placement& placement) const {
  if (!is_call(step) || placement.owned[step.node].empty()) return 0;
  const std::vector<Box>& slabs = placement.slabs[step.node];
  const auto cells = [&](const Box& box) {
    return static_cast<double>(graph_.shape(step.node).n * box.count());
  };
  const double whole = cells(placement.owned[step.node]);
  const double seconds = taken(call_name(graph_, step, element_), whole, work(step, placement));
  if (slabs.empty() || (step.kind != Kind::Forward && step.kind != Kind::ForwardInterior)) return seconds;
  const double interior = cells(slabs.front()) / whole;
  return seconds * (step.kind == Kind::ForwardInterior ? interior : 1 - interior);
}

ComputeSeconds KernelTimes::of_part(const Program& program, const Placement& placement) const {
  ComputeSeconds all;
  for (const ProgramStep& step : program.forward) all.forward.push_back(seconds(step, placement));
  for (const ProgramStep& step : program.backward) all.backward.push_back(seconds(step, placement));
  const NodeId output = graph_.output();
  const Box& predicted = placement.owned[output];
  all.loss =
      taken(call_name("loss", element_), static_cast<double>(graph_.shape(output).n * predicted.count()),
            {0, 3 * bytes(output, predicted)});
  double parameters = 0;
  for (NodeId id = 0; id < graph_.count(); ++id)
    if (graph_.node(id).layer) parameters += parameter_bytes(id);
  // Reads value, gradient and state, writes value and state.
  all.update =
      taken(call_name("update", element_), parameters / static_cast<double>(bytes_of(wide(element_))),
            {0, parameters * (3 + 2 * state_bytes_)});
  return all;
}

}  // namespace tessera
