#pragma once

#include "io/dataset/sample_files.hpp"

namespace tessera {

/// Of a folder.
inline SampleFiles all_samples(const std::filesystem::path& folder) {
  return {folder, list_samples(folder)};
}

}  // namespace tessera
