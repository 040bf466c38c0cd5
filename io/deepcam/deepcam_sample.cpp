#include "io/deepcam/deepcam_sample.hpp"

#include <array>

#include "io/generate/climate/deepcam_channels.hpp"
#include "io/hdf5/hdf5_chunks.hpp"
#include "io/hdf5/stored_element.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

constexpr const char* kData = "climate/data";
constexpr const char* kLabels = "climate/labels_0";
constexpr const char* kOlderLabels = "climate/labels";

std::string labels_name(const Hdf5File& file) {
  return !file.holds(kLabels) && file.holds(kOlderLabels) ? kOlderLabels : kLabels;
}

void check_shape(const Hdf5File& file, const std::string& name, const std::vector<std::int64_t>& expected) {
  const Hdf5Array found = file.describe(name);
  if (found.shape != expected)
    throw InputError(
        fmt::format("'{}' is {} and not {}", name, to_string(found), to_string({found.element, expected})),
        file.path().string(), "make the configured sample shape that of the data, or name another data set");
}

/// Reads them as T, which holds every number that a label of this data set may be by mistake.
template <class T>
void read_labels_as(const Hdf5File& file, const std::string& name, const Box& box,
                    std::span<std::uint8_t> into) {
  thread_local std::vector<T> values;  // kept from one file to the next, as fresh pages are slow
  values.resize(into.size());
  read_inflated<T>(file, name, std::array{box.h, box.w}, values, 1);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] != 0 && values[i] != 1 && values[i] != 2) {
      const auto at = static_cast<std::int64_t>(i);
      throw InputError(
          fmt::format("'{}' is {} at row {}, column {}, and no class from 0 to 2", name, values[i],
                      box.h.begin + at / box.w.size(), box.w.begin + at % box.w.size()),
          file.path().string(), "remove this file, or generate or copy the data set again");
    }
    into[i] = static_cast<std::uint8_t>(values[i]);
  }
}

}  // namespace

void check_deepcam_form(const Hdf5File& file, const Extents& space) {
  const std::string data_type = file.describe(kData).element;
  if (data_type != "float32")
    throw InputError(fmt::format("'{}' has elements of type {} and not float32", kData, data_type),
                     file.path().string(), "convert the data set to the reference's form");
  check_shape(file, kData, {space.h, space.w, kDeepcamChannels});
  const std::string labels = labels_name(file);
  check_shape(file, labels, {space.h, space.w});
  if (file.describe(labels).element == "other")
    throw InputError(fmt::format("'{}' has elements that are no numbers", labels), file.path().string(),
                     "convert the data set to the reference's form");
}

bool holds_deepcam_data(const Hdf5File& file) {
  return file.holds(kData);
}

Extents deepcam_extents(const Hdf5File& file) {
  const Hdf5Array data = file.describe(kData);
  if (data.shape.size() != 3 || data.shape[0] == 0 || data.shape[1] == 0)
    throw InputError(fmt::format("'{}' is {} and no map (H,W,{})", kData, to_string(data), kDeepcamChannels),
                     file.path().string(), "convert the data set to the reference's form");
  const Extents space{1, data.shape[0], data.shape[1]};
  check_deepcam_form(file, space);
  return space;
}

void read_deepcam_fields(const Hdf5File& file, const Box& box, std::span<float> into) {
  read_inflated(file, kData, std::array<Interval, 3>{box.h, box.w, {0, kDeepcamChannels}}, into, 1);
}

void read_deepcam_labels(const Hdf5File& file, const Box& box, std::span<std::uint8_t> into) {
  const std::string name = labels_name(file);
  const bool read = with_stored_element(file.describe(name).element,
                                        [&]<class T>(T) { read_labels_as<T>(file, name, box, into); });
  if (!read) read_labels_as<double>(file, name, box, into);  // which the library makes of them
}

std::vector<std::byte> deepcam_image(const Extents& space, std::span<const float> fields,
                                     std::span<const std::uint8_t> labels) {
  Hdf5Image image;
  image.add<float>(kData, std::array<std::int64_t, 3>{space.h, space.w, kDeepcamChannels}, fields);
  image.add<std::uint8_t>(kLabels, std::array{space.h, space.w}, labels);
  return image.bytes();
}

}  // namespace tessera
