#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "io/hdf5/hdf5.hpp"
#include "io/inspect/image.hpp"

/// Pictures of samples, small ones enlarged by a whole factor.
namespace tessera {

struct SamplePicture {
  Image image;
  std::string legend;  // what it shows
};

/// Of a DeepCAM sample: water vapour as brightness, the classes of the labels outlined and filled, in colours
/// of their own; row 0, the southernmost, at the bottom. prediction: the class of each pixel (H W), filled in
/// place of the labels. Throws InputError where the file is no such sample.
SamplePicture draw_deepcam(const Hdf5File& file, std::optional<std::span<const std::uint8_t>> prediction);

/// Of a CosmoFlow sample: its channels side by side, each summed along the depth, brightness by the
/// logarithm. Throws InputError where the file is no such sample.
SamplePicture draw_cosmoflow(const Hdf5File& file);

/// Of either. Throws InputError where the file is neither.
SamplePicture draw_sample(const Hdf5File& file);

}  // namespace tessera
