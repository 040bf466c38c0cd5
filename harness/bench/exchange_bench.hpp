#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "harness/process/statistics.hpp"
#include "models/network/graph.hpp"
#include "parallel/process_grid.hpp"

namespace tessera {

/// One exchange of a graph by itself. Seconds are medians over the repeats, spread over the ranks.
struct BenchedExchange {
  std::string reader, producer;
  std::int64_t bytes = 0, messages = 0;  // the most that a rank sends or receives, one way
  MinMedianMax gather_seconds, scatter_add_seconds;
  double ping_pong_seconds = 0;  // MPI's own, of one message of as many bytes, of the slowest neighbours
  MinMedianMax memcpy_seconds;   // of as many bytes
};

struct ExchangeBench {
  GridDims grid;
  int axes = 3;  // of samples
  std::int64_t batch = 1, repeats = 1;
  Element element = Element::F32;  // of tensors
  std::vector<BenchedExchange> exchanges;
};

/// Runs each exchange of the graph, of one replica's batch, alone, with nothing computed beside it. Replicas
/// exchange at the same time. Collective; throws InputError, the same on every rank, where the grid leaves
/// nothing to exchange.
ExchangeBench bench_exchanges(const Graph& graph, const ProcessGrid& grid, Element element,
                              std::int64_t repeats);

/// Documented in exchange_bench.schema.json and the README.md of harness.
nlohmann::json to_json(const ExchangeBench& bench);
/// A table for people.
std::string to_string(const ExchangeBench& bench);

}  // namespace tessera
