#include "models/kernels/direction.hpp"

#include <algorithm>
#include <cstdlib>

namespace tessera {

const char* name_of(Direction direction) {
  switch (direction) {
    case Direction::Forward:
      return "forward";
    case Direction::BackwardInputs:
      return "backward_inputs";
    case Direction::BackwardParameters:
      return "backward_parameters";
  }
  std::abort();
}

std::string implementation_of(const std::vector<std::string>& implementations, Direction direction) {
  if (implementations.empty()) return "";
  auto place = static_cast<std::size_t>(direction);
  if (implementations.size() == 2 && direction == Direction::BackwardParameters) place = 1;
  return implementations[std::min(place, implementations.size() - 1)];
}

}  // namespace tessera
