#pragma once

#include <cstdint>
#include <filesystem>

#include "results/check/finding.hpp"

namespace tessera {

/// The largest file that a package may hold, in bytes.
inline constexpr std::uintmax_t kLargestPackagedFile = std::uintmax_t{50} << 20;

/// Holds the files of a package against what a repository takes. Links to directories aren't followed. Of
/// each rule the first hundred files are named. Rules:
///   bad-name     a file or directory has a space in its name, or begins with a dot
///   large-file   a file is larger than 50 MiB (a link isn't)
///   broken-link  a link leads nowhere
///   unreadable   a directory can't be read
void check_files(const std::filesystem::path& package, Verdict& verdict);

}  // namespace tessera
