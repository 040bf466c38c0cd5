#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tessera {

/// What a trained network says of one sample of a benchmark that gives each pixel a class.
struct ClassPrediction {
  std::vector<std::uint8_t> classes;  // of each pixel (H W)
  std::string metric_name;            // of the benchmark's metric: "IoU"
  double metric;                      // of these classes, by the sample's labels
};

/// Builds the network of a checkpoint's run and evaluates it on one sample, in the folder of its data set. On
/// one process, in the memory that training needs there. Throws InputError where the checkpoint is none of a
/// run of `benchmark`, that gives pixels no classes, or the sample can't be read or isn't of that run's form.
ClassPrediction predict_classes(const std::filesystem::path& checkpoint, const std::filesystem::path& sample,
                                std::string_view benchmark);

}  // namespace tessera
