#include "harness/commands/time_limit.hpp"

#include <fmt/core.h>

#include <regex>

#include "models/base/error.hpp"

namespace tessera {

double time_limit_of(const std::string& text) {
  static const std::regex clock("([0-9]{1,5}):([0-5][0-9]):([0-5][0-9])"),
      plain("[0-9]{1,9}(\\.[0-9]{1,9})?");
  double seconds = 0;
  std::smatch part;
  if (std::regex_match(text, part, clock))
    seconds = std::stod(part[1]) * 3600 + std::stod(part[2]) * 60 + std::stod(part[3]);
  else if (std::regex_match(text, plain))
    seconds = std::stod(text);
  if (!(seconds > 0))
    throw InputError(fmt::format("'{}' is no time limit", text), "--time-limit",
                     "give seconds above 0, or hours, minutes and seconds as in 1:30:00");
  return seconds;
}

}  // namespace tessera
