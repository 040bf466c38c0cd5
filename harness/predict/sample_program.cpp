#include "harness/predict/sample_program.hpp"

#include <algorithm>

#include "parallel/exchange_plan.hpp"

namespace tessera {
namespace {

using Kind = ProgramStep::Kind;

class SampleProgramMaker {
 public:
  SampleProgramMaker(const Graph& graph, const std::vector<Placement>& placements,
                     const SampleProgramOptions& options)
      : graph_(graph), placements_(placements), options_(options) {}

  void add_programs(SampleProgram& to) const {
    for (const Placement& placement : placements_) {
      Program program = compile(graph_, placement);
      const auto same = std::ranges::find_if(to.programs, [&](const Program& other) {
        return other.forward == program.forward && other.backward == program.backward;
      });
      to.program_of.push_back(static_cast<int>(same - to.programs.begin()));
      if (same == to.programs.end()) to.programs.push_back(std::move(program));
    }
  }

  void add_exchanges(SampleProgram& to) const {
    for (NodeId id = 0; id < graph_.count(); ++id)
      for (int i = 0; i < static_cast<int>(graph_.node(id).inputs.size()); ++i)
        if (placements_[0].edges[id][i].exchanged) to.exchanges.emplace(std::pair(id, i), messages(id, i));
  }

  // Only where several processes sum.
  void add_sums(SampleProgram& to) const {
    const std::vector<ParameterSpec> specs = graph_.parameters();
    std::map<std::string, NodeId> node_of;
    for (NodeId id = 0; id < graph_.count(); ++id)
      if (graph_.node(id).layer)
        for (const ParameterSpec& spec : graph_.parameters(id)) node_of[spec.name] = id;
    for (const GradientBucket& bucket : options_.buckets)
      to.sums[node_of.at(specs[static_cast<std::size_t>(bucket.last) - 1].name)].push_back(bucket.bytes);
  }

  void add_meetings(SampleProgram& to) const {
    for (NodeId id = 0; id < graph_.count(); ++id)
      if (const Layer* const layer = graph_.node(id).layer.get(); layer && layer->sums_over_group())
        to.meetings[id] = {layer->reads_owned() ? 1 : std::max(options_.norm_replicas, 1), meeting_bytes(id)};
  }

 private:
  // Two sums a channel, or one of each sample's.
  std::size_t meeting_bytes(NodeId node) const {
    const Shape& shape = graph_.shape(node);
    const std::int64_t sums = shape.c * (graph_.node(node).layer->reads_owned() ? shape.n : 2);
    return static_cast<std::size_t>(sums) * sizeof(double);
  }
  std::size_t bytes(NodeId tensor, const Box& box) const {
    return graph_.layout(tensor, box, options_.element).bytes();
  }

  std::vector<SampleProgram::Messages> messages(NodeId reader, int input) const {
    const NodeId producer = graph_.node(reader).inputs[static_cast<std::size_t>(input)];
    std::vector<Box> owned, wanted;
    for (const Placement& placement : placements_) {
      owned.push_back(placement.owned[producer]);
      wanted.push_back(placement.edges[reader][input].wanted);
    }
    std::vector<SampleProgram::Messages> all;
    const std::vector<ExchangePlan> plans = plan_exchanges(owned, wanted);
    for (std::size_t part = 0; part < placements_.size(); ++part) {
      const ExchangePlan& plan = plans[part];
      SampleProgram::Messages mine;
      for (const Piece& piece : plan.receive)
        mine.received.push_back({piece.peer, bytes(producer, piece.box)});
      for (const Piece& piece : plan.send) mine.sent.push_back({piece.peer, bytes(producer, piece.box)});
      const bool in_place =
          plan.here.empty() ||
          (plan.here == owned[part] &&
           run_offset(graph_.layout(producer, wanted[part], options_.element), plan.here).has_value());
      mine.copied_bytes = in_place ? 0 : bytes(producer, plan.here);
      all.push_back(std::move(mine));
    }
    return all;
  }

  const Graph& graph_;
  const std::vector<Placement>& placements_;
  const SampleProgramOptions& options_;
};

}  // namespace

bool SampleProgram::joins(const ProgramStep& step) const {
  return communicates(step.kind) ||
         ((step.kind == Kind::Forward || step.kind == Kind::BackwardInputs) && meetings.contains(step.node));
}

SampleProgram sample_program(const Graph& graph, const GridDims& grid,
                             const std::vector<Placement>& placements, const SampleProgramOptions& options) {
  const SampleProgramMaker maker(graph, placements, options);
  SampleProgram program;
  program.grid = grid;
  maker.add_programs(program);
  maker.add_exchanges(program);
  if (grid.processes() > 1) maker.add_sums(program);
  maker.add_meetings(program);
  return program;
}

}  // namespace tessera
