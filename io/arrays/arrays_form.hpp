#pragma once

#include "io/dataset/data_form.hpp"

namespace tessera {

/// Of samples of any kind, see array_sample.hpp.
const DataForm& arrays_data_form();

}  // namespace tessera
