#include "harness/tune/hyperband.hpp"

#include <fmt/core.h>

#include "models/base/error.hpp"

namespace tessera {
namespace {

// power = eta^s. A bracket begins with floor((s_max + 1) / (s + 1)) eta^s trials, which gives the paper's
// table; the ceiling over the whole product in its algorithm gives more (34 in place of 27 for R = 81,
// eta = 3, s = 3). Budgets are whole epochs, so R eta^-s is rounded down.
Bracket bracket(std::int64_t max_epochs, std::int64_t eta, int s, int s_max, std::int64_t power) {
  Bracket rungs;
  std::int64_t trials = (s_max + 1) / (s + 1) * power;
  for (; power >= 1; power /= eta, trials /= eta) rungs.push_back({trials, max_epochs / power});
  return rungs;
}

}  // namespace

std::vector<Bracket> hyperband(std::int64_t max_epochs, std::int64_t eta) {
  if (max_epochs < 1)
    throw InputError(fmt::format("the most epochs of a trial are {}", max_epochs), "--max-epochs",
                     "give 1 at least");
  if (eta < 2)
    throw InputError(fmt::format("eta is {}, and one in eta trials of a rung goes on", eta), "--eta",
                     "give 2 or more; the authors recommend 3 or 4");
  int s_max = 0;
  std::int64_t power = 1;
  for (; power <= max_epochs / eta; power *= eta) ++s_max;
  std::vector<Bracket> brackets;
  for (int s = s_max; s >= 0; --s, power /= eta)
    brackets.push_back(bracket(max_epochs, eta, s, s_max, power));
  return brackets;
}

std::vector<Bracket> random_search(std::int64_t trials, std::int64_t epochs) {
  return {{{trials, epochs}}};
}

std::int64_t epochs_of(const Bracket& bracket) {
  std::int64_t sum = 0, before = 0;
  for (const Rung& rung : bracket) {
    sum += rung.trials * (rung.epochs - before);
    before = rung.epochs;
  }
  return sum;
}

}  // namespace tessera
