#include "parallel/exchange_maker.hpp"

#include <fmt/core.h>
#include <xxhash.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "models/base/error.hpp"
#include "parallel/box_exchange.hpp"
#include "parallel/place.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

using EdgeId = std::pair<NodeId, std::size_t>;  // reader, input

struct PlannedExchange {
  ExchangePlan plan;
  BoxExchange::Ends ends;
  int tag;
};

/// All exchanges of a graph as one part sees them, and a hash on which all parts must agree.
class Plans {
 public:
  Plans(const Graph& graph, const Partition& partition, int me, Element element)
      : graph_(graph),
        element_(element),
        me_(me),
        parts_(place_all(graph, partition, Overlap::Off)) {  // slabs communicate nothing
    for (NodeId id = 0; id < graph.count(); ++id)
      for (std::size_t i = 0; i < parts_[me].edges[id].size(); ++i)
        if (parts_[me].edges[id][i].exchanged) plan({id, i});
    hash_program();
  }

  std::map<EdgeId, PlannedExchange> take_exchanges() { return std::move(exchanges_); }
  std::uint64_t hash_of_all() const {
    return XXH3_64bits(hashed_.data(), hashed_.size() * sizeof(hashed_[0]));
  }
  void check_sizes() const {
    for (const auto& [edge, exchange] : exchanges_)
      for (const auto* pieces : {&exchange.plan.receive, &exchange.plan.send})
        for (const Piece& piece : *pieces) check_size(edge, exchange.ends.owned, piece);
  }

 private:
  void plan(const EdgeId& edge) {
    const NodeId producer = graph_.node(edge.first).inputs[edge.second];
    std::vector<Box> owned, wanted;
    for (const Placement& part : parts_) {
      owned.push_back(part.owned[producer]);
      wanted.push_back(part.edges[edge.first][edge.second].wanted);
    }
    const Shape& shape = graph_.shape(producer);
    const auto layout = [&](const Box& box) { return graph_.layout(producer, box, element_); };
    hash(plan_hash(owned, wanted), shape.n, shape.c, layout({}).element);
    exchanges_.emplace(edge, PlannedExchange{plan_exchange(owned, wanted, me_),
                                             {layout(owned[me_]), layout(wanted[me_])},
                                             static_cast<int>(exchanges_.size())});
  }

  // Of the steps, those that communicate; the others may differ between parts.
  void hash_program() {
    const Program program = compile(graph_, parts_[me_]);
    for (const auto* steps : {&program.forward, &program.backward})
      for (const ProgramStep& step : *steps)
        if (communicates(step.kind)) hash(step.kind, step.node, step.input);
  }

  template <class... Numbers>
  void hash(Numbers... numbers) {
    (hashed_.push_back(static_cast<std::uint64_t>(numbers)), ...);
  }

  void check_size(const EdgeId& edge, Layout layout, const Piece& piece) const {
    layout.box = piece.box;
    if (layout.bytes() <= Communicator::kLargestMessage) return;
    throw InputError(fmt::format("a message of {} bytes is more than MPI can count", layout.bytes()),
                     fmt::format("exchange of the input of layer {}", graph_.node(edge.first).name),
                     "use a smaller batch_size, or split samples otherwise");
  }

  const Graph& graph_;
  Element element_;
  int me_;
  std::vector<Placement> parts_;
  std::map<EdgeId, PlannedExchange> exchanges_;
  std::vector<std::uint64_t> hashed_;
};

}  // namespace

ExchangeMaker exchange_maker(const Graph& graph, const ProcessGrid& grid, Element element) {
  Plans plans(graph, Partition(grid.dims()), grid.part(), element);
  all_or_none(grid.world(), [&] { plans.check_sizes(); });
  agree(grid.world(), plans.hash_of_all(), "exchange plans");
  return [&graph, &grid, exchanges = plans.take_exchanges()](NodeId reader, std::size_t input) {
    const PlannedExchange& exchange = exchanges.at({reader, input});
    return std::make_unique<BoxExchange>(grid.spatial(), exchange.plan, exchange.ends, exchange.tag,
                                         "the exchange of " + graph.node(reader).name);
  };
}

}  // namespace tessera
