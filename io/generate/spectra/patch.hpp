#pragma once

#include <cstdint>
#include <span>

namespace tessera {

inline constexpr std::int64_t kPatchPixels = 11;  // along either side

/// A patch of a hyperspectral image, as an airborne spectrometer sees it: the pixel in its middle lies in a
/// field of one of the kLandCovers, often with a border to another. What is seen is
///   - the reflectance of each field, see reflectance.hpp, with rows of plants and small variations within
///   it,
///   - blurred, so that pixels mix what is around them,
///   - lit by the sun at the slope of the ground, here and there in shade,
///   - seen through air that scatters (as the fourth power of the frequency) and whose water vapour absorbs,
///   both
///     different from patch to patch,
///   - with the noise of the instrument, by band and by column.
/// Fills `reflectance` (H W B) with apparent reflectance times 10,000; returns the cover in the middle. A
/// pure function of seed and sample; each cover comes equally often on average.
std::int64_t draw_patch(std::uint64_t seed, std::uint64_t sample, std::int64_t bands,
                        std::span<std::int16_t> reflectance);

}  // namespace tessera
