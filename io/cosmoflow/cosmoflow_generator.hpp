#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "io/cosmoflow/cosmoflow_manifest.hpp"
#include "io/dataset/generated_set.hpp"
#include "io/generate/universe/universe.hpp"

/// Writes a CosmoFlow data set made from physics, in the reference's own form: DIR/train/universe_000000.hdf5
/// and so on, DIR/validation/..., and DIR/manifest.json. In this order:
///   one process:     prepare_directory()
///   every process:   generate() its part
///   one process:     finish_directory() with all summaries in order of part
namespace tessera {

/// What converges: fixed at 16^3, where sampling variance would drown the parameters; Gaussian above.
InitialConditions usual_initial_conditions(int size);
/// 2, but 1 at 128^3: it trains as well there, with 4 transforms a box in place of 14.
int usual_lpt_order(int size);
/// 1, but size / 32 of Multiscale above 32^3, so that cells stay as wide: in boxes of one length, the more
/// cells the more small scales, and networks take many epochs longer to tell omega_m from h.
double usual_box_scale(Suite suite, int size);

/// Throws InputError where the recipe can't be followed.
void check_recipe(const CosmoflowRecipe& recipe);

/// Checks the recipe and prepares DIR for it; see generated_set.hpp.
DirectoryState prepare_directory(const std::filesystem::path& directory, const CosmoflowRecipe& recipe);

/// Of one sample's file and counts; sums of log(1 + count) are one a channel.
struct SampleSummary {
  std::uint64_t checksum = 0;
  std::array<double, kUniverseChannels> sum{}, sum_of_squares{};
};

/// Writes the samples of part `part` of `parts`, a run of the numbers [0, train + validation), training
/// first; returns their summaries in order. A sample is a pure function of (recipe, number in its subset), so
/// the parts of any division make the same files. Each is written whole or not at all.
std::vector<SampleSummary> generate(const std::filesystem::path& directory, const CosmoflowRecipe& recipe,
                                    int part, int parts, const GenerateProgress& progress);

/// Merges the summaries of all samples, in order of number, and writes the manifest, which makes the data set
/// complete; returns it.
CosmoflowManifest finish_directory(const std::filesystem::path& directory, const CosmoflowRecipe& recipe,
                                   std::span<const SampleSummary> summaries);

}  // namespace tessera
