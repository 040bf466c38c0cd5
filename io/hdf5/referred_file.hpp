#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace tessera {

/// The variables of the environment that say where HDF5 looks for what virtual data sets and external links
/// name.
inline constexpr const char *kVirtualPrefix = "HDF5_VDS_PREFIX", *kLinkPrefix = "HDF5_EXT_PREFIX";

/// The file that another one, `from`, refers to by this name, where HDF5 looks for it: an absolute name as it
/// stands; then, of that its last part, in the directories that the variable lists, in that of `from`, in the
/// working directory, and where `from` leads if it is a link. The first that is there; nothing where none is.
std::optional<std::filesystem::path> find_referred(const std::string& name, const std::filesystem::path& from,
                                                   const char* prefix_variable);

}  // namespace tessera
