#include "models/kernels/direction.hpp"

#include <algorithm>
#include <cctype>
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

bool has_word(std::string_view implementation, std::string_view word) {
  const auto is_letter = [&](std::size_t i) {
    return i < implementation.size() && std::isalnum(static_cast<unsigned char>(implementation[i])) != 0;
  };
  for (std::size_t at = implementation.find(word); at != std::string_view::npos;
       at = implementation.find(word, at + 1))
    if ((at == 0 || !is_letter(at - 1)) && !is_letter(at + word.size())) return true;
  return false;
}

}  // namespace tessera
