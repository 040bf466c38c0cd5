#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "harness/process/statistics.hpp"
#include "models/network/graph.hpp"
#include "parallel/mpi.hpp"

namespace tessera {

/// A sum of gradients over all ranks, with nothing computed beside it. Seconds are medians over the repeats,
/// spread over the ranks.
struct BenchedReduction {
  std::vector<std::string> parameters;
  std::size_t bytes = 0;
  MinMedianMax seconds;             // as a step does it, from the first gradient that is ready on
  MinMedianMax all_reduce_seconds;  // one all-reduce of MPI's, of as many bytes
  MinMedianMax memcpy_seconds;      // of as many bytes
};

struct ReduceBench {
  int ranks = 1;
  std::int64_t repeats = 1;
  Element element = Element::F32;         // of gradients
  std::vector<BenchedReduction> buckets;  // each alone
  BenchedReduction all;                   // all of a step together
};

/// Gradients are in the wide type of `element`. Collective; throws InputError, the same on every rank, on one
/// rank, where there is nothing to sum.
ReduceBench bench_reductions(const Graph& graph, const Communicator& world, Element element,
                             std::int64_t repeats);

/// Documented in reduce_bench.schema.json and the README.md of harness.
nlohmann::json to_json(const ReduceBench& bench);
/// A table for people.
std::string to_string(const ReduceBench& bench);

}  // namespace tessera
