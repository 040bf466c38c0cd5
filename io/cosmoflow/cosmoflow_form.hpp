#pragma once

#include "io/dataset/data_form.hpp"

namespace tessera {

/// Of CosmoFlow's samples, see cosmoflow_sample.hpp.
const DataForm& cosmoflow_data_form();

}  // namespace tessera
