#pragma once

#include <string>
#include <vector>

namespace tessera {

/// A figure that a command ends with, for programs that read its output: ReFrame, Ramble, JUBE. Names stay as
/// they are, and hold no blank, nor do units.
struct FigureOfMerit {
  std::string name;  // "samples_per_second"; of one of several: "samples_per_second@strong_r2"
  double value = 0;
  std::string unit;
};

/// "FOM <name> = <value> <unit>", each a line of its own; what would be a blank in a name is a _.
std::string to_string(const std::vector<FigureOfMerit>& figures);

}  // namespace tessera
