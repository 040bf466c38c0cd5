#pragma once

#include <filesystem>
#include <string>

#include "io/hdf5/hdf5_library.hpp"

/// Whether all of a data set can be read. The HDF5 library has zeros, or whatever fill value a file names,
/// for what was never written and for what lies in files that aren't there, and says nothing; so this is
/// asked before anything is read. For io/hdf5*.cpp alone; to be called while a Library is held.
namespace tessera {

/// Throws InputError, naming the file `path`, the data set and what is missing, unless all elements of the
/// data set are there and can be decoded:
/// - each chunk, or the one piece, was written, as far as space tells: what was only reserved passes;
/// - the library has the filters, of its own or as plug-ins;
/// - files of external storage are there and long enough;
/// - sources of a virtual data set fill all of it, are whole themselves, and lie where the library can open
///   them, which for sources takes locks, or HDF5_USE_FILE_LOCKING=FALSE in the environment.
/// depth: how many virtual data sets take it from one another.
void check_whole(const Id& data, const std::string& name, const std::filesystem::path& path, int depth = 0);

}  // namespace tessera
