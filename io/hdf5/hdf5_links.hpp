#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "io/hdf5/hdf5_library.hpp"

/// The names in a file. Links are followed wherever they lead: within the file (soft) and to others
/// (external). For io/hdf5*.cpp alone; to be called while a Library is held. `path` is the file's.
namespace tessera {

/// Full names of all data sets, in alphabetical order; one that links lead to by several names has all of
/// them, but of a group's names only one: the first that is no link, if there is such. Throws InputError
/// where a link leads nowhere, saying where, or the file can't be listed.
std::vector<std::string> list_data_sets(const Id& file, const std::filesystem::path& path);

/// Whether there is a data set of this name, or a link on the way to it that leads nowhere.
bool has_data_set(const Id& file, const std::string& name);

/// "the link 'x' leads to '/full' in '../raw/u.h5', which is missing": why nothing can be opened by this
/// name; nothing where no link is to blame.
std::optional<std::string> why_link_is_broken(const Id& file, const std::string& name,
                                              const std::filesystem::path& path);

}  // namespace tessera
