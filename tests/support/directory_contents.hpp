#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "io/files/whole_file.hpp"

namespace tessera {

/// The bytes of all files below a directory, by path relative to it.
inline std::map<std::string, std::string> contents(const std::filesystem::path& directory) {
  namespace fs = std::filesystem;
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory))
    if (entry.is_regular_file()) files[fs::relative(entry.path(), directory)] = read_whole_file(entry.path());
  return files;
}

}  // namespace tessera
