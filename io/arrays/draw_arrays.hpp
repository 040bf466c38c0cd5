#pragma once

#include "io/hdf5/hdf5.hpp"
#include "io/picture/sample_picture.hpp"

namespace tessera {

/// A sample of arrays, or the first hundred of a pack, row by row. Bytes of three channels are drawn in
/// colour; of others the mean over depth and channels, from black to white over the range of what is drawn,
/// which for bytes is 0 to 255. The legend lists what `y` is where it is one number a sample.
SamplePicture draw_arrays(const Hdf5File& file);

}  // namespace tessera
