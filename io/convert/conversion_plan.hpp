#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "io/convert/conversion.hpp"
#include "io/convert/conversion_state.hpp"
#include "io/convert/source_files.hpp"

namespace tessera {

/// What the user asked for.
struct ConvertOptions {
  std::filesystem::path source{}, destination{};
  std::string into{};                 // "train", "validation" or empty; see list_source()
  std::int64_t size = 128;            // of the cubes that universes are cut into
  std::vector<std::int64_t> shape{};  // of the universes in TFRecords, D H W C; empty: cubes of four channels
  Hdf5Compression compression = Hdf5Compression::None;
  bool packed = false;  // images become packs; see io/arrays/array_sample.hpp
};

/// The work there is.
struct ConversionPlan {
  ConvertRecipe recipe;
  std::vector<ConvertUnit> units;
  std::vector<SkippedFile> skipped;
  std::filesystem::path statistics{};  // stats.h5, where the form and the source have one
};

/// Looks at all files of the source and into the first of each kind; images and labels, which are small, are
/// read to their ends, so that nothing is made of damaged ones. Throws InputError where they are none
/// that can be converted so, or two would make samples of one name.
ConversionPlan plan_conversion(const ConvertOptions& options);

/// Throws InputError where a source would make a sample that another one made in an earlier call.
void check_names(const ConversionPlan& plan, const ConversionState& before);

/// A plan as text for other processes, what is skipped and statistics left out, and back.
std::string to_text(const ConversionPlan& plan);
ConversionPlan plan_of_text(const std::string& text);

}  // namespace tessera
