#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tessera {

/// What a file or data set is, for programs and for people.
struct Inspection {
  std::string json;
  std::vector<std::string> lines;
  bool sound = true;  // no sample differs in form from the first, none from the manifest's checksums
};

/// Of an HDF5 file: the data sets it holds, with element types, shapes and ranges, and its checksum.
/// Of a data set's directory: the same over all samples of train/ and validation/, and the manifest, if any,
/// with its checksums verified. Reads everything. Throws InputError where `path` is neither or can't be read.
Inspection inspect(const std::filesystem::path& path);

}  // namespace tessera
