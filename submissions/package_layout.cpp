#include "submissions/package_layout.hpp"

#include <algorithm>

#include "results/check/benchmark.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

bool leads_to_directory(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

bool is_scaling(const std::string& name) {
  return name == "strong" || name == "weak";
}

bool is_system_with_results(const fs::path& system) {
  return std::ranges::any_of(directories_in(system), [](const fs::path& directory) {
    const std::string name = directory.filename().string();
    return is_scaling(name) || benchmarks().find(name) != nullptr;
  });
}

void add_directories_of(const fs::path& system, std::vector<ResultDirectory>& results, Verdict& verdict) {
  const std::string system_name = system.filename().string();
  for (const fs::path& below : directories_in(system)) {
    const std::string name = below.filename().string();
    const std::vector<fs::path> inner = directories_in(below);
    if (is_scaling(name)) {
      for (const fs::path& benchmark : inner)
        results.push_back({benchmark, system_name, benchmark.filename().string(), name == "weak"});
    } else if (benchmarks().find(name) != nullptr) {
      results.push_back({below, system_name, name, false});
    } else if (!inner.empty()) {
      verdict.findings.push_back({"unknown-scaling", below.string(), "", {}, "strong or weak", name});
    } else {
      verdict.warnings.push_back(
          {"stray-directory", below.string(), "", {}, "strong, weak or a benchmark", name});
    }
  }
}

}  // namespace

bool is_package(const fs::path& directory) {
  const auto has = [&](const char* name) { return leads_to_directory(directory / name) ? 1 : 0; };
  return has("results") + has("systems") + has("benchmarks") >= 2 ||
         std::ranges::any_of(directories_in(directory / "results"), is_system_with_results);
}

std::vector<fs::path> packages_at(const fs::path& path) {
  if (is_package(path)) return {path};
  std::vector<fs::path> packages = directories_in(path);
  std::erase_if(packages, [](const fs::path& directory) { return !is_package(directory); });
  return packages;
}

std::vector<fs::path> directories_in(const fs::path& directory) {
  std::vector<fs::path> directories;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error))
    if (leads_to_directory(entry->path())) directories.push_back(entry->path());
  std::ranges::sort(directories);
  return directories;
}

std::vector<ResultDirectory> result_directories(const fs::path& package, Verdict& verdict) {
  const fs::path results = package / "results";
  std::error_code error;
  fs::directory_iterator(results, error);
  if (error)
    verdict.findings.push_back({"no-results", results.string(), "", {}, "a directory", error.message()});
  std::vector<ResultDirectory> found;
  for (const fs::path& system : directories_in(results)) add_directories_of(system, found, verdict);
  return found;
}

}  // namespace tessera
