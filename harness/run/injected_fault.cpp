#include "harness/run/injected_fault.hpp"

#include <fmt/core.h>

#include <cstdlib>
#include <regex>
#include <string>

#include "models/base/error.hpp"

namespace tessera {

std::function<void()> injected_fault(int rank, int ranks) {
  const char* wish = std::getenv("TESSERA_FAULT");
  if (wish == nullptr) return [] {};
  static const std::regex form("step=([1-9][0-9]{0,8}),rank=([0-9]{1,9})");
  std::cmatch part;
  if (!std::regex_match(wish, part, form))
    throw InputError(fmt::format("'{}' is no fault to inject", wish), "TESSERA_FAULT",
                     "write step=3,rank=1, or unset the variable");
  if (std::stoi(part[2]) >= ranks)
    throw InputError(fmt::format("there is no rank {} of {}", part[2].str(), ranks), "TESSERA_FAULT",
                     "name one of the run's ranks, or unset the variable");
  if (std::stoi(part[2]) != rank) return [] {};
  return [step = std::stoi(part[1]), calls = 0]() mutable {
    if (++calls == step)
      throw MachineError(fmt::format("a fault was injected in step {}", step), "TESSERA_FAULT",
                         "unset the variable");
  };
}

}  // namespace tessera
