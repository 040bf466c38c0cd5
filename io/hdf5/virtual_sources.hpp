#pragma once

#include <filesystem>
#include <string>

#include "io/hdf5/hdf5_library.hpp"

namespace tessera {

/// Throws InputError, naming the file, the data set and the source, unless the sources of a virtual data set
/// fill all of it and are whole: see check_whole(). For io/hdf5*.cpp alone; to be called while a Library is
/// held.
void check_virtual_sources(const Id& data, const Id& creation, const std::string& name,
                           const std::filesystem::path& path, int depth);

}  // namespace tessera
