#pragma once

#include <filesystem>

/// Whether a data set was generated or comes of the world, as its manifest tells.
namespace tessera {

inline constexpr const char* kConvertGenerator = "tessera convert";  // a converted set's "generator"

/// Whether DIR holds a data set that was generated: one with a manifest, but for those that were converted.
bool is_generated(const std::filesystem::path& directory);
/// The same, or one that was converted of such.
bool comes_of_a_generator(const std::filesystem::path& directory);

}  // namespace tessera
