#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "io/hdf5/hdf5.hpp"
#include "io/picture/sample_picture.hpp"

namespace tessera {

/// A DeepCAM sample: water vapour as brightness, the classes of the labels outlined and filled, in colours of
/// their own; row 0, the southernmost, at the bottom. prediction: the class of each pixel (H W), filled in
/// place of the labels. Throws InputError where the file is no such sample.
SamplePicture draw_deepcam(const Hdf5File& file, std::optional<std::span<const std::uint8_t>> prediction);

}  // namespace tessera
