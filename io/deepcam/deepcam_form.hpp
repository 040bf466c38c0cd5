#pragma once

#include "io/dataset/data_form.hpp"

namespace tessera {

/// Of DeepCAM's samples, see deepcam_sample.hpp.
const DataForm& deepcam_data_form();

}  // namespace tessera
