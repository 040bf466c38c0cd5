#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/base/tensor.hpp"
#include "models/kernels/convolution_ceiling.hpp"
#include "models/kernels/kernel_problem.hpp"
#include "models/network/placement.hpp"

namespace tessera {

/// The problem of the convolution that a node solves here; nullopt where it is no convolution, or this
/// process owns nothing of its output.
std::optional<ConvolutionProblem> convolution_of(const Graph& graph, const Placement& placement, NodeId node,
                                                 Element element);

/// What convolutions would take by themselves: each of them in both layouts, sharing one memory.
class Ceilings {
 public:
  using Direction = ConvolutionCeiling::Direction;
  struct Best {
    double seconds = 0;
    std::string implementation;
  };

  explicit Ceilings(const std::vector<ConvolutionProblem>& problems);
  /// Each once, in each direction.
  void run();
  /// Of what has been run so far.
  void forget();
  /// What a call of the layer could take: in the faster layout, by medians. convolution: its place among the
  /// problems.
  Best best(std::size_t convolution, Direction call) const;

 private:
  struct Candidate {
    std::unique_ptr<ConvolutionCeiling> ceiling;
    std::array<std::vector<double>, 3> seconds;  // by direction
  };
  std::vector<ConvolutionProblem> problems_;
  std::vector<Candidate> candidates_;  // two a convolution
  AlignedBytes memory_;
};

}  // namespace tessera
