#include "harness/process/last_words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fstream>
#include <vector>

namespace tessera {

std::string last_words(const std::filesystem::path& output) {
  constexpr std::size_t kMostLines = 8;
  std::ifstream file(output);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (line.empty()) continue;
    lines.push_back(line);
    if (lines.size() > kMostLines) lines.erase(lines.begin());
  }
  return fmt::format("{}", fmt::join(lines, "\n"));
}

}  // namespace tessera
