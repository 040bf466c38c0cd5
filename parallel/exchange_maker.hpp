#pragma once

#include "models/network/network.hpp"
#include "parallel/process_grid.hpp"

namespace tessera {

/// What a Network needs to run on a grid: makes the exchange of each edge that a placement by
/// Partition(grid.dims()) marks as exchanged. Borrows the graph, which must outlive the maker, and the
/// grid, which must outlive the exchanges made as well. Collective over the world: throws the same
/// UniformError on every rank where two ranks planned different exchanges or programs (machine's fault), or a
/// message is larger than MPI can count (input's).
ExchangeMaker exchange_maker(const Graph& graph, const ProcessGrid& grid, Element element);

}  // namespace tessera
