#include "results/log/figure_of_merit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace tessera {

std::string to_string(const std::vector<FigureOfMerit>& figures) {
  std::string text;
  for (const FigureOfMerit& figure : figures) {
    std::string name = figure.name;
    std::ranges::replace_if(
        name, [](unsigned char c) { return std::isspace(c) != 0 || c < ' '; }, '_');
    text += fmt::format("FOM {} = {:.6g} {}\n", name, figure.value, figure.unit);
  }
  return text;
}

}  // namespace tessera
