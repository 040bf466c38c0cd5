#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "io/hdf5/hdf5.hpp"
#include "models/base/box.hpp"

/// One sample a file, as the reference reads DeepCAM's: `climate/data` (H,W,16) float32, the channels of
/// deepcam_channels.hpp, and `climate/labels_0` (H,W), numbers of any type that are a DeepcamClass; in older
/// files `climate/labels`.
namespace tessera {

/// Throws InputError, naming the file, where it lacks data or labels or their shapes and element types differ
/// from `space` (d = 1).
void check_deepcam_form(const Hdf5File& file, const Extents& space);

bool holds_deepcam_data(const Hdf5File& file);
/// Of a sample of any size (d = 1). Throws as check_deepcam_form() where the file is none.
Extents deepcam_extents(const Hdf5File& file);

/// Reads all channels of one box, dense H W C.
void read_deepcam_fields(const Hdf5File& file, const Box& box, std::span<float> into);
/// Reads the labels of one box, dense H W. Throws InputError on one that is no class.
void read_deepcam_labels(const Hdf5File& file, const Box& box, std::span<std::uint8_t> into);

/// The bytes of a sample's file.
std::vector<std::byte> deepcam_image(const Extents& space, std::span<const float> fields,
                                     std::span<const std::uint8_t> labels);

}  // namespace tessera
