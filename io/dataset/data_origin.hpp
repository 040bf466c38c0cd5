#pragma once

#include <filesystem>

#include "io/files/json_text.hpp"

/// Whether a data set was generated or published, by its manifest.
namespace tessera {

inline constexpr const char* kConvertGenerator = "tessera convert";  // a converted set's "generator"

/// What DIR/manifest.json says but for its checksums, which are many where samples are: null where there is
/// none, and a text where it can't be read, which is why.
Json manifest_head(const std::filesystem::path& directory);

/// Whether a data set with this manifest_head() was generated: one that has a manifest, but for those that
/// were converted. A manifest that can't be read counts as generated.
bool is_generated(const Json& manifest);
/// The same, or one that was converted of such.
bool comes_of_a_generator(const Json& manifest);

}  // namespace tessera
