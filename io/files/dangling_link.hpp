#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace tessera {

/// Where a symbolic link leads that leads nowhere: `path` itself or a directory on its way; nothing where
/// none of them does.
std::optional<std::filesystem::path> dangling_target(const std::filesystem::path& path);

/// Why there is nothing at this path, for messages: "a link leads to '/scratch/a.hdf5', which is missing", or
/// `otherwise` where no link does.
std::string why_missing(const std::filesystem::path& path, const std::string& otherwise);

}  // namespace tessera
