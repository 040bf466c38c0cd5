#pragma once

#include "io/hdf5/hdf5.hpp"
#include "io/picture/sample_picture.hpp"

namespace tessera {

/// A CosmoFlow sample: its channels side by side, each summed along the depth, brightness by the logarithm.
/// Throws InputError where the file is no such sample.
SamplePicture draw_cosmoflow(const Hdf5File& file);

}  // namespace tessera
