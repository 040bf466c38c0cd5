#pragma once

#include <span>
#include <string_view>

namespace tessera {

/// The files of results/score/rcps/, compiled in so that the program needs none of them where it runs.
/// Private to reference_convergence.cpp.
struct PublishedPoints {
  std::string_view rules;  // "1.0", "2.0", which are those of 3.0 too, or "3.0", which are not those of 2.0
  std::string_view benchmark;
  std::string_view json;  // {"<name>": {"BS": 64, "Epochs to converge": [...], ...}, ...}
};

std::span<const PublishedPoints> published_points();

}  // namespace tessera
