#include "io/cosmoflow/cosmoflow_sample.hpp"
#include "io/deepcam/deepcam_sample.hpp"
#include "io/inspect/sample_picture.hpp"
#include "models/base/error.hpp"

namespace tessera {

SamplePicture draw_sample(const Hdf5File& file) {
  if (holds_deepcam_data(file)) return draw_deepcam(file, std::nullopt);
  if (holds_cosmoflow_data(file)) return draw_cosmoflow(file);
  throw InputError("the file is no sample: it has neither 'x' (CosmoFlow) nor 'climate/data' (DeepCAM)",
                   file.path().string(), "name one file of a data set, as DIR/train/NAME.hdf5");
}

}  // namespace tessera
