#pragma once

#include <cstdint>
#include <vector>

namespace tessera {

/// A step of successive halving: so many configurations are each trained for so many epochs, counted from
/// their first.
struct Rung {
  std::int64_t trials = 1, epochs = 1;
  friend bool operator==(const Rung&, const Rung&) = default;
};

/// One run of successive halving (Jamieson and Talwalkar 2016): the best trials of a rung, as many as the
/// next has, are trained on there.
using Bracket = std::vector<Rung>;

/// The brackets of Hyperband (Li et al. 2018, JMLR 18:185) in their order, from the one that halves most to
/// plain random search: s = s_max, ..., 0 with s_max = floor(log_eta R), where R is the most epochs that a
/// trial gets. Each spends about (s_max + 1) R epochs. Pure; throws InputError where R is below 1 or eta
/// below 2.
std::vector<Bracket> hyperband(std::int64_t max_epochs, std::int64_t eta);

/// Random search: one bracket of one rung.
std::vector<Bracket> random_search(std::int64_t trials, std::int64_t epochs);

/// Epochs that are trained in all, where those of earlier rungs aren't repeated.
std::int64_t epochs_of(const Bracket& bracket);

}  // namespace tessera
