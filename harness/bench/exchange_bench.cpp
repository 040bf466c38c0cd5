#include "harness/bench/exchange_bench.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "harness/plan/grid_report.hpp"
#include "harness/plan/split.hpp"
#include "harness/process/message_times.hpp"
#include "models/base/error.hpp"
#include "parallel/exchange_maker.hpp"
#include "parallel/partition_plan.hpp"
#include "parallel/place.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

/// An edge's exchange with tensors of its own.
class Bench {
 public:
  Bench(const ProcessGrid& grid, std::unique_ptr<Exchange> exchange, const Layout& owned,
        const Layout& wanted, std::int64_t repeats)
      : world_(grid.world()), exchange_(std::move(exchange)), wanted_(wanted), repeats_(repeats) {
    const bool inside = !owned.box.empty() && wanted.box.contains(owned.box);
    const std::optional<std::size_t> place = inside ? run_offset(wanted, owned.box) : std::nullopt;
    if (!place) outside_ = Tensor(owned);
    owned_ = place ? TensorView{wanted_.view().bytes + *place, owned} : outside_.view();
  }

  MinMedianMax gather_seconds() {
    return min_median_max_over_ranks(world_, median_seconds(world_, repeats_, [this] {
                                       exchange_->start_gather(owned_, wanted_.view());
                                       exchange_->finish_gather();
                                     }));
  }
  MinMedianMax scatter_add_seconds() {
    return min_median_max_over_ranks(world_, median_seconds(world_, repeats_, [this] {
                                       exchange_->start_scatter_add(wanted_.view(), owned_);
                                       exchange_->finish_scatter_add();
                                     }));
  }

 private:
  const Communicator& world_;
  std::unique_ptr<Exchange> exchange_;
  Tensor wanted_, outside_;
  TensorView owned_;  // its place in wanted_, as in a network, where it is one run there; else outside_
  std::int64_t repeats_;
};

BenchedExchange planned(const PlannedNode& reader, const PlannedEdge& edge) {
  BenchedExchange benched;
  benched.reader = reader.name;
  benched.producer = edge.producer;
  for (const EdgeTraffic& part : edge.parts)
    for (const Traffic& way : {part.sent, part.received}) {
      benched.bytes = std::max(benched.bytes, way.bytes);
      benched.messages = std::max(benched.messages, way.messages);
    }
  return benched;
}

// Of the largest messages; a few rounds tell a network from a node's memory.
MemberPair slowest_neighbours(const ProcessGrid& grid, const PartitionPlan& plan) {
  constexpr std::int64_t kRounds = 3;
  std::int64_t bytes = 0;
  for (const PlannedNode& reader : plan.nodes)
    for (const PlannedEdge& edge : reader.exchanges) bytes = std::max(bytes, planned(reader, edge).bytes);
  std::vector<MemberPair> pairs;
  for (const auto& [part, next] : Partition(grid.dims()).neighbours()) pairs.push_back({part, next});
  return slowest_pair(grid.spatial(), pairs, static_cast<std::size_t>(bytes), kRounds);
}

}  // namespace

ExchangeBench bench_exchanges(const Graph& graph, const ProcessGrid& grid, Element element,
                              std::int64_t repeats) {
  const auto kernels = make_reference_kernels(element);
  const PartitionPlan plan =
      plan_partition(graph, grid.dims(), *kernels, ParameterStore(graph.parameters(), wide(element)));
  const Placement here = place(graph, Partition(grid.dims()), grid.part());
  const ExchangeMaker make_exchange = exchange_maker(graph, grid, element);
  const auto layout = [&](NodeId node, const Box& box) { return graph.layout(node, box, element); };
  all_or_none(grid.world(), [&] {
    if (std::ranges::all_of(plan.nodes, [](const PlannedNode& node) { return node.exchanges.empty(); }))
      throw InputError("there is no exchange, since samples aren't split", "bench exchange",
                       "start it under mpiexec on several ranks, with --split, as in --split 2x1");
  });
  const MemberPair neighbours = slowest_neighbours(grid, plan);
  ExchangeBench bench{grid.dims(), spatial_axes(graph), graph.shape(0).n, repeats, element, {}};
  for (NodeId id = 0; id < graph.count(); ++id) {
    auto edge = plan.nodes[id].exchanges.begin();
    for (std::size_t i = 0; i < here.edges[id].size(); ++i) {
      if (!here.edges[id][i].exchanged) continue;
      const NodeId producer = graph.node(id).inputs[i];
      Bench exchange(grid, make_exchange(id, i), layout(producer, here.owned[producer]),
                     layout(producer, here.edges[id][i].wanted), repeats);
      BenchedExchange benched = planned(plan.nodes[id], *edge++);
      benched.gather_seconds = exchange.gather_seconds();
      benched.scatter_add_seconds = exchange.scatter_add_seconds();
      const auto bytes = static_cast<std::size_t>(benched.bytes);
      benched.ping_pong_seconds =
          min_median_max_over_ranks(grid.world(),
                                    ping_pong_seconds(grid.spatial(), neighbours, bytes, repeats))
              .max;
      benched.memcpy_seconds =
          min_median_max_over_ranks(grid.world(), memcpy_seconds(grid.world(), bytes, repeats));
      bench.exchanges.push_back(std::move(benched));
    }
  }
  return bench;
}

nlohmann::json to_json(const ExchangeBench& bench) {
  nlohmann::json exchanges = nlohmann::json::array();
  for (const BenchedExchange& e : bench.exchanges)
    exchanges.push_back({{"reader", e.reader},
                         {"producer", e.producer},
                         {"bytes", e.bytes},
                         {"messages", e.messages},
                         {"gather_seconds", to_json(e.gather_seconds)},
                         {"scatter_add_seconds", to_json(e.scatter_add_seconds)},
                         {"ping_pong_seconds", e.ping_pong_seconds},
                         {"memcpy_seconds", to_json(e.memcpy_seconds)}});
  nlohmann::json all = {{"batch", bench.batch},
                        {"repeats", bench.repeats},
                        {"element", name_of(bench.element)},
                        {"exchanges", exchanges}};
  add_grid(all, bench.grid);
  return all;
}

std::string to_string(const ExchangeBench& bench) {
  std::string text = fmt::format(
      "{}, batch {}, {}; medians of {} rounds on the slowest rank, in ms\n"
      "{:<13} {:<13} {:>10} {:>5} {:>9} {:>11} {:>9} {:>8} {:>9}\n",
      grid_text(bench.grid, bench.axes), bench.batch, name_of(bench.element), bench.repeats, "reader",
      "producer", "MB", "msgs", "gather", "scatter-add", "ping-pong", "memcpy", "gather/pp");
  for (const BenchedExchange& e : bench.exchanges)
    text +=
        fmt::format("{:<13} {:<13} {:>10.3f} {:>5} {:>9.3f} {:>11.3f} {:>9.3f} {:>8.3f} {:>9.2f}\n", e.reader,
                    e.producer, static_cast<double>(e.bytes) / 1e6, e.messages, 1e3 * e.gather_seconds.max,
                    1e3 * e.scatter_add_seconds.max, 1e3 * e.ping_pong_seconds, 1e3 * e.memcpy_seconds.max,
                    e.gather_seconds.max / e.ping_pong_seconds);
  return text +
         "MB and messages: the most that a rank sends or receives; ping-pong, between the slowest "
         "neighbouring "
         "parts, and memcpy of as many bytes\n";
}

}  // namespace tessera
