#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "results/check/check_report.hpp"

namespace tessera {

/// check_paths(), but a path that is a package, or holds packages as the repository of a round does, is
/// judged as such. Directories beside packages that hold other logs are judged as logs.
std::vector<Judged> check_paths_and_packages(std::span<const std::filesystem::path> paths,
                                             const CheckOptions& options);

}  // namespace tessera
