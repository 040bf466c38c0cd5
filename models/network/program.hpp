#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/network/graph.hpp"
#include "models/network/placement.hpp"

namespace tessera {

/// One entry of the flat list that a network executes.
struct ProgramStep {
  enum class Kind : std::uint8_t {
    StartGather,         // edge: bring what the operation wants from its owners
    FinishGather,        // edge
    CopyWanted,          // edge: what is wanted is a part of what is owned here
    ForwardInterior,     // node: the first of its slabs, which reads no halo
    Forward,             // node: its other slabs, or all at once
    BackwardInputs,      // node
    StartScatterAdd,     // edge: take the gradient of what was wanted home to its owners
    BackwardParameters,  // node
    Ready,               // node: the gradients of its parameters are complete on this process
    FinishScatterAdd,    // edge
    ClearGradient,       // node: several edges will add to its gradient
    AddGradient,         // edge
  };
  Kind kind;
  NodeId node;
  int input = -1;  // the edge's position among the node's inputs; -1 where the step concerns the node

  friend bool operator==(const ProgramStep&, const ProgramStep&) = default;
};

/// Whether other processes have a part in such a step.
bool communicates(ProgramStep::Kind kind);
/// Whether an exchange is under way after such a step that wasn't before, or the reverse.
bool starts_exchange(ProgramStep::Kind kind);
bool finishes_exchange(ProgramStep::Kind kind);
/// Whether it belongs to an exchange: packs, sends, waits or adds.
bool exchanges(ProgramStep::Kind kind);

/// How the gradient of an edge reaches its producer.
enum class GradientPath : std::uint8_t {
  None,       // the producer is an input of the network
  Direct,     // the operation writes the producer's gradient itself
  Exchanged,  // scattered home, as the only contribution
  Added,      // one of several contributions, or of part of the producer's box
};

/// The steps of a training step on one process. The communicating ones stand in the same order on every
/// process that shares a sample; overlap is where they stand: a gather starts as soon as its producer is
/// done, and a halo travels while interiors or other branches are computed, its gradient while the weights'
/// gradient is.
struct Program {
  std::vector<ProgramStep> forward, backward;
};

/// Whether an edge reads the producer's memory as it stands.
bool aliases_producer(const Graph& graph, const Placement& placement, NodeId node, std::size_t input);
GradientPath gradient_path(const Graph& graph, const Placement& placement, NodeId node, std::size_t input);
Program compile(const Graph& graph, const Placement& placement);

/// One step a line, for people: "Forward conv3d".
std::string to_string(const Program& program, const Graph& graph);

}  // namespace tessera
