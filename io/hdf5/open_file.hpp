#pragma once

#include <filesystem>
#include <string>

#include "io/hdf5/hdf5_library.hpp"

/// Opening files. For io/hdf5*.cpp alone; to be called while a Library is held.
namespace tessera {

/// An access list for files that are opened without locks.
Id access_without_locks();

/// An object of a file, for which an external link may lead to another, whose file system may have no locks,
/// either. Not valid where there is none.
Id open_object(const Id& file, const std::string& name);
Id open_data_set(const Id& file, const std::string& name);

/// Opens a file for reading: under a lock, so that none is read that another process writes, but where the
/// file system has no locks without one. Throws InputError where there is no such file, it isn't HDF5, is cut
/// short, or is being written.
Id open_to_read(const std::filesystem::path& path);

}  // namespace tessera
