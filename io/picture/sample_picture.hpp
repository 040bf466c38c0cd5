#pragma once

#include <string>

#include "io/picture/image.hpp"

namespace tessera {

/// A sample to look at, a small one enlarged by a whole factor.
struct SamplePicture {
  Image image;
  std::string legend;  // what it shows
};

}  // namespace tessera
