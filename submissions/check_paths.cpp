#include "submissions/check_paths.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "models/base/error.hpp"
#include "submissions/package_check.hpp"
#include "submissions/package_layout.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

void append(std::vector<Judged>& all, std::vector<Judged> more) {
  std::ranges::move(more, std::back_inserter(all));
}

/// What stands beside the packages of a round: directories with other logs.
void append_others(std::vector<Judged>& all, const fs::path& round, const std::vector<fs::path>& packages,
                   const CheckOptions& options) {
  for (const fs::path& directory : directories_in(round)) {
    if (std::ranges::find(packages, directory) != packages.end()) continue;
    if (directory.filename().string().starts_with('.')) continue;
    try {
      append(all, check_paths(std::array{directory}, options));
    } catch (const InputError&) {  // without logs, it is none of our business
    }
  }
}

}  // namespace

std::vector<Judged> check_paths_and_packages(std::span<const fs::path> paths, const CheckOptions& options) {
  std::vector<Judged> judged;
  for (const fs::path& path : paths) {
    const std::vector<fs::path> packages = packages_at(path);
    if (packages.empty()) {
      append(judged, check_paths(std::array{path}, options));
      continue;
    }
    for (const fs::path& package : packages) append(judged, judge_package(package, options));
    if (packages.front() != path) append_others(judged, path, packages, options);
  }
  return judged;
}

}  // namespace tessera
