#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "harness/predict/machine_description.hpp"
#include "harness/predict/program_replay.hpp"
#include "models/network/placement.hpp"

/// What the calls of a network's operations take on a machine, at the extents that a rank has of them.
namespace tessera {

/// Whether something is computed in a step.
bool is_call(const ProgramStep& step);
/// Such a call as measured times are kept: "conv3d_1 forward 32>64", with the channels that go in and out, or
/// "loss" and "update"; and, where that isn't float32, the element: "loss bf16".
std::string call_name(const Graph& graph, const ProgramStep& step, Element element);
std::string call_name(const std::string& call, Element element);
/// "NxDxHxW" of what a rank computes of a tensor.
std::string extents_name(std::int64_t samples, const Extents& extents);

/// Times of one network on a machine. Where a call was measured, its time is taken between those of the
/// extents that were, by the number of cells; other calls take the longer of their work at the machine's
/// share of its peak, and their bytes at its memory's bandwidth, a rank's share of each.
class KernelTimes {
 public:
  /// Borrows both. state_bytes: of the optimizer, a byte of parameters. Its functions throw
  /// InputError where a call wasn't measured and the machine has no peak for the element.
  KernelTimes(const MachineDescription& machine, const Graph& graph, Element element, double state_bytes);

  /// Of a step of a part's program; 0 of exchanges.
  double seconds(const ProgramStep& step, const Placement& placement) const;
  /// All of a part.
  ComputeSeconds of_part(const Program& program, const Placement& placement) const;
  /// Calls that were asked for and not measured.
  const std::set<std::string>& unmeasured() const { return unmeasured_; }

 private:
  struct Work {
    double flop = 0, bytes = 0;
  };
  Work work(const ProgramStep& step, const Placement& placement) const;
  double bytes(NodeId tensor, const Box& box) const;
  double parameter_bytes(NodeId node) const;
  double by_rate(const Work& work) const;
  double taken(const std::string& call, double cells, const Work& work) const;

  const MachineDescription& machine_;
  const Graph& graph_;
  Element element_;
  double state_bytes_;
  mutable std::set<std::string> unmeasured_;
};

/// Between measured times, "NxDxHxW" to seconds, of so many cells: along straight lines from one to the next.
/// Of fewer than were measured, along the first line, but no less than in proportion; of more, in proportion.
/// There must be one.
double interpolated(const std::map<std::string, double>& measured, double cells);

}  // namespace tessera
