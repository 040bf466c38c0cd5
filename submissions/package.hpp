#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "submissions/package_check.hpp"
#include "submissions/system_description.hpp"

namespace tessera {

/// What goes into a submission package of one organisation and one system.
struct PackageContents {
  std::string organisation;                   // names the package's directory
  SystemDescription system;                   // its system_name names its file
  std::vector<std::filesystem::path> strong;  // logs; of several benchmarks, if one likes
  std::vector<std::filesystem::path> weak;
  std::filesystem::path implementation;  // a file or directory, copied for each benchmark; may be empty
  std::string notes;                     // a README.md in its place
  bool prune_seeds = false;              // weak logs whose seed an earlier one has go into pruned_results/
};

/// The logs at paths that a user names, in the order of names within each: a file itself; of a directory all
/// logs at and below it but those in pruned_results/. Power logs beside a log go with it. Throws InputError
/// for what is missing or holds none.
std::vector<std::filesystem::path> logs_at(std::span<const std::filesystem::path> paths);

/// Writes OUTPUT/<organisation>/ (layout: package_check.hpp; logs are numbered from 0), judges it, and keeps
/// it only if it is compliant: it appears whole, or not at all. What the description leaves empty is filled
/// in as far as it must agree: submitter with the organisation, division with that of the logs. Returns what
/// judge_package() says, as of its final place. Throws InputError where the contents can't make a package:
/// names that a repository wouldn't take; logs that can't be read, that name no benchmark, or another
/// division than the others or the description; a package that is there already; an output inside the sources
/// of this program. MachineError where the disk fails.
std::vector<Judged> write_package(PackageContents contents, const std::filesystem::path& output,
                                  const CheckOptions& options);

}  // namespace tessera
