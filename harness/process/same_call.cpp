#include "harness/process/same_call.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <sstream>
#include <string_view>

#include "io/files/checksum.hpp"
#include "models/base/host_name.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

constexpr std::array<std::string_view, 3> kMatters{"DNNL_", "ONEDNN_", "TESSERA_"};
constexpr std::string_view kOfOneNode = "TESSERA_NODE=";

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line, '\0');) lines.push_back(line);
  return lines;
}

// The first line that is one rank's alone, and not the other's.
std::string own_line(const std::vector<std::string>& mine, const std::vector<std::string>& others) {
  const auto own = std::ranges::find_if(
      mine, [&](const std::string& line) { return std::ranges::find(others, line) == others.end(); });
  return own == mine.end() ? "nothing there" : fmt::format("'{}'", *own);
}

}  // namespace

std::vector<std::string> environment_that_matters(char** environment) {
  std::vector<std::string> lines;
  for (char** variable = environment; *variable != nullptr; ++variable) {
    const std::string_view line = *variable;
    if (line.starts_with(kOfOneNode)) continue;
    if (std::ranges::any_of(kMatters, [&](std::string_view name) { return line.starts_with(name); }))
      lines.emplace_back(line);
  }
  std::ranges::sort(lines);
  return lines;
}

void check_same_call(const Communicator& world, const std::vector<std::string>& lines) {
  std::string mine;
  for (const std::string& line : lines) mine += line + '\0';
  const std::vector<std::uint64_t> all = world.all_gather(checksum(std::as_bytes(std::span(mine))));
  const auto differing = std::ranges::find_if(all, [&](std::uint64_t value) { return value != all.front(); });
  if (differing == all.end()) return;
  const auto rank = static_cast<int>(differing - all.begin());
  const std::string first_host = world.told_by(0, host_name()), other_host = world.told_by(rank, host_name());
  const std::vector<std::string> first = lines_of(world.told_by(0, mine)),
                                 other = lines_of(world.told_by(rank, mine));
  throw UniformError(
      Fault::Input,
      fmt::format("the ranks were called in different ways: rank 0 ({}) with {}, rank {} ({}) with {}",
                  first_host, own_line(first, other), rank, other_host, own_line(other, first)),
      "command line and environment",
      "call all ranks alike; only where data is staged to, bindings and numbers of threads may be a rank's "
      "own",
      world.size());
}

}  // namespace tessera
