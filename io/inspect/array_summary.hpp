#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "io/files/json_text.hpp"
#include "io/generate/climate/deepcam_channels.hpp"
#include "io/hdf5/hdf5.hpp"
#include "io/picture/value_range.hpp"

namespace tessera {

/// One data set, in one file or in many of one form.
struct ArraySummary {
  std::string name;
  Hdf5Array form;
  ValueRange range;
  std::vector<ValueRange> channels;                     // of DeepCAM's fields; else empty
  std::array<std::int64_t, kDeepcamClasses> classes{};  // pixels of each, of DeepCAM's labels; else none

  bool is_of_numbers() const { return form.element != "other"; }
  bool is_fields() const { return !channels.empty(); }
  bool is_labels() const { return name == "climate/labels_0" || name == "climate/labels"; }
};

/// Of all data sets of a file; reads all of it.
std::vector<ArraySummary> summarize_arrays(const Hdf5File& file);
/// Widens the ranges; false where the forms differ, but for those of arrays that are no numbers.
bool merge(std::vector<ArraySummary>& into, const std::vector<ArraySummary>& from);

/// The same of packs: arrays are put together along their first axes, which may differ.
bool join(std::vector<ArraySummary>& into, const std::vector<ArraySummary>& from);

Json to_json(const std::vector<ArraySummary>& arrays);
/// A line each, and one for each channel of DeepCAM's.
std::vector<std::string> to_lines(const std::vector<ArraySummary>& arrays);

}  // namespace tessera
