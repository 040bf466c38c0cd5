#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "io/generate/images/outline.hpp"

namespace tessera {

/// One for each outline with each texture.
inline constexpr std::int64_t kPictureClasses = kOutlines * kTextures;
/// "disc, stripes" and so on.
std::string picture_class(std::int64_t number);

/// Paints a thing of one of these outlines and textures, of any size, place, turn, light colours and number
/// of periods, over a dark ground of any texture and plain smaller things, some of which it hides, under
/// uneven light and with noise. Fills `pixels` (H W C, size x size x 3, sRGB); returns the class. A pure
/// function of seed, sample and size; each class comes equally often on average.
std::int64_t paint_picture(std::uint64_t seed, std::uint64_t sample, std::int64_t size,
                           std::span<std::uint8_t> pixels);

}  // namespace tessera
