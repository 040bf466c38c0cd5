#include "models/kernels/direction.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

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

std::string joined(const std::vector<std::string>& implementations) {
  std::vector<std::string> distinct;
  for (const std::string& name : implementations)
    if (std::ranges::find(distinct, name) == distinct.end()) distinct.push_back(name);
  return fmt::format("{}", fmt::join(distinct, " and "));
}

bool has_word(std::string_view implementation, std::string_view word) {
  const auto is_alphanumeric = [&](std::size_t i) {
    return i < implementation.size() && std::isalnum(static_cast<unsigned char>(implementation[i])) != 0;
  };
  for (std::size_t at = implementation.find(word); at != std::string_view::npos;
       at = implementation.find(word, at + 1))
    if ((at == 0 || !is_alphanumeric(at - 1)) && !is_alphanumeric(at + word.size())) return true;
  return false;
}

}  // namespace tessera
