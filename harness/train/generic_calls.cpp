#include "harness/train/generic_calls.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>
#include <sstream>

namespace tessera {
namespace {

// Weights of a matrix product are in × out; those of convolutions have taps besides.
bool is_product(const Graph& graph, const std::string& node) {
  for (NodeId id = 0; id < graph.count(); ++id)
    if (graph.node(id).name == node) {
      const auto parameters = graph.parameters(id);
      return !parameters.empty() && parameters.front().dims.size() == 2;
    }
  return false;
}

}  // namespace

bool is_generic(const std::string& implementation, bool product) {
  const auto has = [&](const char* word) { return has_word(implementation, word); };
  if (has("acl")) return false;  // the Arm Compute Library's, which are gemms and fast
  return has("ref") || has("simple") || (has("gemm") && !product && !has("winograd") && !has("products"));
}

std::vector<GenericCall> generic_calls(const Graph& graph, const Network& network) {
  std::vector<GenericCall> calls;
  for (const auto& [node, names] : network.implementations()) {
    const bool product = is_product(graph, node);
    for (const Direction direction : kDirections) {
      if (names.size() == 2 && direction == Direction::BackwardInputs) continue;  // it has none
      const std::string name = implementation_of(names, direction);
      if (is_generic(name, product)) calls.push_back({node, direction, name});
    }
  }
  return calls;
}

std::vector<std::string> texts_of(const std::vector<GenericCall>& calls) {
  std::vector<std::string> texts;
  for (const GenericCall& call : calls)
    texts.push_back(fmt::format("{} {} ({})", call.node, name_of(call.call), call.implementation));
  return texts;
}

std::vector<std::string> gathered(const std::vector<std::string>& calls, const Communicator& world) {
  std::vector<std::string> distinct;
  for (const std::string& of_rank : world.gather(fmt::format("{}", fmt::join(calls, "\n")), 0)) {
    std::istringstream lines(of_rank);
    for (std::string call; std::getline(lines, call);)
      if (std::ranges::find(distinct, call) == distinct.end()) distinct.push_back(call);
  }
  return distinct;
}

std::string summary_of(const std::vector<std::string>& calls) {
  constexpr std::size_t kMost = 8;
  const std::size_t named = std::min(calls.size(), kMost);
  std::string text =
      fmt::format("{} call{} of oneDNN fell back to a generic implementation: {}", calls.size(),
                  calls.size() == 1 ? "" : "s", fmt::join(std::span(calls).first(named), ", "));
  if (calls.size() > named) text += fmt::format(", and {} more", calls.size() - named);
  return text;
}

}  // namespace tessera
