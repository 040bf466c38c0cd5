#pragma once

#include "io/generate/climate/random_field.hpp"

namespace tessera {

/// What doesn't change with the weather. One grid has one planet, in all data sets.
struct Planet {
  Field land;       // share of the cell, 0 sea to 1
  Field elevation;  // m
};

Planet make_planet(RandomFields& fields);

}  // namespace tessera
