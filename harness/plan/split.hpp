#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/network/graph.hpp"
#include "parallel/partition.hpp"

/// How samples are split over ranks, as users write it: the parts along each axis of a sample, outermost
/// first: depth, height and width ("4x1", "2x2x2"), or height and width of samples without depth. Axes left
/// out aren't split.
namespace tessera {

/// The grid of `ranks` processes whose samples are split as `text` says; empty: not at all. What is left of
/// the ranks makes replicas. Throws InputError, naming splits that would do, where the text is none of as
/// many numbers from 1 on as samples have axes, its parts don't divide the ranks, or an axis has more parts
/// than any layer of the graph has elements to own along it.
GridDims grid_of(const std::string& text, int ranks, const Graph& graph);

/// The parts of a text as grid_of() takes them, of one replica, whatever the ranks and the graph; "whole" is
/// not split. Nothing where the text is none of 1 to `axes` numbers from 1 on.
std::optional<GridDims> parts_in(const std::string& text, int axes);
/// All grids of `ranks` processes that grid_of() could make.
std::vector<GridDims> possible_grids(int ranks, const Graph& graph);

/// 2 where samples have no depth, otherwise 3.
int spatial_axes(const Graph& graph);

/// "4x1", "2x2x2"; "1x1" where nothing is split.
std::string split_text(const GridDims& dims, int axes);

}  // namespace tessera
