#pragma once

#include <cstddef>
#include <map>
#include <utility>
#include <vector>

#include "models/network/program.hpp"
#include "parallel/gradient_reducer.hpp"
#include "parallel/partition.hpp"

namespace tessera {

/// What the processes that share a sample do in a training step and tell each other, made of the pure plans
/// alone. A value; its size grows with the parts of a sample and their neighbours, not with the replicas.
struct SampleProgram {
  struct Message {
    int peer = 0;  // a part
    std::size_t bytes = 0;
    friend bool operator==(const Message&, const Message&) = default;
  };
  /// One part's messages of a gather; the scatter-add is the same reversed.
  struct Messages {
    std::vector<Message> received, sent;
    std::size_t copied_bytes = 0;  // what is owned and wanted here and must be copied to be in place
    friend bool operator==(const Messages&, const Messages&) = default;
  };
  /// A short sum that operations make as they compute, over the parts of so many replicas.
  struct Meeting {
    int replicas = 1;
    std::size_t bytes = 0;
    friend bool operator==(const Meeting&, const Meeting&) = default;
  };
  using Edge = std::pair<NodeId, int>;  // reader, input

  GridDims grid;                                    // of the run
  std::vector<Program> programs;                    // the different ones
  std::vector<int> program_of;                      // by part, among them
  std::map<Edge, std::vector<Messages>> exchanges;  // by part
  std::map<NodeId, std::vector<std::size_t>> sums;  // bytes of the buckets that a node's Ready completes
  std::map<NodeId, Meeting> meetings;               // of the nodes that have one, forward and backward

  const Program& program(int part) const { return programs[static_cast<std::size_t>(program_of[part])]; }
  /// Whether ranks wait for others in such a step.
  bool joins(const ProgramStep& step) const;
};

/// How a sample program is made.
struct SampleProgramOptions {
  Element element = Element::F32;
  Overlap overlap = Overlap::Auto;
  std::vector<GradientBucket> buckets;  // of the graph's parameters
  int norm_replicas = 1;                // that share batch statistics
};

/// graph: of one replica's batch.
SampleProgram sample_program(const Graph& graph, const GridDims& grid,
                             const std::vector<Placement>& placements, const SampleProgramOptions& options);

}  // namespace tessera
