#include "harness/train/self_check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

#include "harness/process/stopwatch.hpp"
#include "models/base/error.hpp"
#include "models/kernels/library.hpp"
#include "models/kernels/self_check.hpp"
#include "models/network/kernel_problems.hpp"
#include "parallel/partition.hpp"
#include "parallel/place.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

struct Checked {
  KernelProblem problem;
  std::vector<std::string> layers;
};

std::vector<Checked> distinct_kernels(const Graph& graph, const Placement& placement, Element element) {
  std::vector<Checked> kernels;
  for (NodeId id = 0; id < graph.count(); ++id)
    for (const KernelProblem& problem : kernel_problems(graph, placement, id, element)) {
      auto same = std::ranges::find(kernels, problem, &Checked::problem);
      if (same == kernels.end()) same = kernels.insert(kernels.end(), {problem, {}});
      same->layers.push_back(graph.node(id).name);
    }
  return kernels;
}

std::string text(const Checked& checked, const KernelMismatch& wrong) {
  const auto* const convolution = std::get_if<ConvolutionProblem>(&checked.problem);
  const Direction call = convolution ? primitive_of(*convolution, wrong.direction) : wrong.direction;
  return fmt::format("{} of {} by {} is off by {:.2g}, and rounding explains {:.2g}", name_of(call),
                     fmt::join(checked.layers, ", "), wrong.implementation, wrong.distance, wrong.bound);
}

constexpr const char* kFix =
    "use another version of oneDNN, or other kernels of it by ONEDNN_MAX_CPU_ISA; for those named vector, "
    "which are compiled here, another compiler or TESSERA_NATIVE=OFF; --no-self-check trains with these";

}  // namespace

SelfCheck self_check(const ProcessGrid& grid, const Graph& graph, Kernels& kernels, Overlap overlap) {
  const Stopwatch watch;
  const Placement placement = place(graph, Partition(grid.dims()), grid.part(), overlap);
  const std::vector<Checked> distinct = distinct_kernels(graph, placement, kernels.element());
  const Communicator peers =
      grid.world().split(grid.node() * grid.dims().parts() + grid.part(), grid.world().rank());
  all_or_none(grid.world(), "the self-check", [&](const Moved& moved) {
    std::vector<std::string> wrong;
    for (std::size_t i = peers.rank(); i < distinct.size(); i += peers.size()) {
      if (const auto mismatch = check_kernel(distinct[i].problem, kernels))
        wrong.push_back(text(distinct[i], *mismatch));
      moved();
    }
    if (!wrong.empty())
      throw MachineError(fmt::format("kernels compute wrong results here: {}", fmt::join(wrong, "; ")),
                         fmt::format("oneDNN {}", onednn_version()), kFix);
  });
  return {static_cast<int>(distinct.size()), watch.seconds()};
}

}  // namespace tessera
