#pragma once

#include <filesystem>
#include <string>

#include "io/hdf5/hdf5_library.hpp"

namespace tessera {

/// Throws InputError, naming filter, its number and where plug-ins are looked for, where chunks made by this
/// creation list went through a filter that the HDF5 library hasn't and finds no plug-in of. For io/hdf5*.cpp
/// alone; to be called while a Library is held.
void check_filters(const Id& creation, const std::string& name, const std::filesystem::path& path);

}  // namespace tessera
