#pragma once

#include <span>
#include <vector>

#include "io/generate/universe/displacement.hpp"

namespace tessera {

/// Deposits one particle of unit mass a lattice site, moved from its site by `displacement`, on a periodic
/// grid of size^3 cells (order D H W) whose centres are the sites: each particle is a cube of one cell and
/// leaves its mass in the eight cells that it touches. The sum over all cells is the number of particles.
std::vector<double> cloud_in_cell(int size, const VectorField& displacement);

}  // namespace tessera
