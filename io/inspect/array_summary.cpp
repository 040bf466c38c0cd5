#include "io/inspect/array_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "io/hdf5/read_bands.hpp"
#include "io/hdf5/stored_element.hpp"

namespace tessera {
namespace {

bool holds_fields(const ArraySummary& array) {
  return array.name == "climate/data" && array.form.shape.size() == 3 &&
         array.form.shape.back() == static_cast<std::int64_t>(kDeepcamChannels);
}

/// Whole rows of the array, whose last axis is that of the channels where there are some.
template <class T>
void take(ArraySummary& array, std::span<const T> values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto value = static_cast<double>(values[i]);
    array.range.take(value);
    if (array.is_fields()) array.channels[i % kDeepcamChannels].take(value);
    for (std::size_t k = 0; array.is_labels() && k < kDeepcamClasses; ++k)
      if (value == static_cast<double>(k)) ++array.classes[k];
  }
}

// A band at a time: a universe of 512^3 cells has four gigabytes of float64.
ArraySummary summarize(const Hdf5File& file, const std::string& name) {
  ArraySummary array{name, file.describe(name), {}, {}, {}};
  if (!array.is_of_numbers()) return array;
  if (holds_fields(array)) array.channels.resize(kDeepcamChannels);
  std::vector<Interval> all;
  for (const std::int64_t extent : array.form.shape) all.push_back({0, extent});
  const auto summarize_as = [&]<class T>(T) {
    read_bands<T>(file, name, all, [&](std::span<const T> band) { take(array, band); });
  };
  if (!with_stored_element(array.form.element, summarize_as)) summarize_as(double{});
  return array;
}

Json range_json(const ValueRange& range) {
  return {{"minimum", range.minimum}, {"maximum", range.maximum}, {"finite", range.finite}};
}

std::string from_to(const ValueRange& range) {
  if (range.is_empty()) return range.finite ? "no values" : "no finite values";
  return fmt::format("from {:.6g} to {:.6g}{}", range.minimum, range.maximum,
                     range.finite ? "" : ", with values that aren't finite");
}

/// Of the pixels that are of a class; "" where it is no array of labels.
std::string class_fractions(const ArraySummary& array) {
  const auto all = std::accumulate(array.classes.begin(), array.classes.end(), std::int64_t{0});
  std::string text;
  for (std::size_t k = 0; all > 0 && k < kDeepcamClasses; ++k)
    text += fmt::format("; {} {:.5f}", kDeepcamClassNames[k],
                        static_cast<double>(array.classes[k]) / static_cast<double>(all));
  return text;
}

}  // namespace

std::vector<ArraySummary> summarize_arrays(const Hdf5File& file) {
  std::vector<ArraySummary> arrays;
  for (const std::string& name : file.names()) arrays.push_back(summarize(file, name));
  return arrays;
}

bool merge(std::vector<ArraySummary>& into, const std::vector<ArraySummary>& from) {
  const auto same_form = [](const ArraySummary& a, const ArraySummary& b) {
    return a.name == b.name && (a.form == b.form || !(a.is_of_numbers() || b.is_of_numbers()));
  };
  if (!std::equal(into.begin(), into.end(), from.begin(), from.end(), same_form)) return false;
  for (std::size_t i = 0; i < into.size(); ++i) {
    into[i].range.take(from[i].range);
    for (std::size_t c = 0; c < into[i].channels.size(); ++c) into[i].channels[c].take(from[i].channels[c]);
    for (std::size_t k = 0; k < kDeepcamClasses; ++k) into[i].classes[k] += from[i].classes[k];
  }
  return true;
}

bool join(std::vector<ArraySummary>& into, const std::vector<ArraySummary>& from) {
  std::vector<ArraySummary> alike = from;
  for (std::size_t i = 0; i < std::min(into.size(), from.size()); ++i)
    if (!from[i].form.shape.empty() && !into[i].form.shape.empty())
      alike[i].form.shape[0] = into[i].form.shape[0];
  if (!merge(into, alike)) return false;
  for (std::size_t i = 0; i < into.size(); ++i)
    if (!from[i].form.shape.empty()) into[i].form.shape[0] += from[i].form.shape[0];
  return true;
}

Json to_json(const std::vector<ArraySummary>& arrays) {
  Json json = Json::array();
  for (const ArraySummary& array : arrays) {
    Json entry{{"name", array.name}, {"element", array.form.element}, {"shape", array.form.shape}};
    entry.update(range_json(array.range));
    for (std::size_t c = 0; c < array.channels.size(); ++c)
      entry["channels"][kDeepcamChannelNames[c]] = range_json(array.channels[c]);
    if (array.is_labels()) entry["pixels_by_class"] = array.classes;
    json.push_back(std::move(entry));
  }
  return json;
}

std::vector<std::string> to_lines(const std::vector<ArraySummary>& arrays) {
  std::vector<std::string> lines;
  for (const ArraySummary& array : arrays) {
    lines.push_back(fmt::format("  {}: {}, {}{}", array.name, to_string(array.form),
                                array.is_of_numbers() ? from_to(array.range) : "not of numbers",
                                class_fractions(array)));
    for (std::size_t c = 0; c < array.channels.size(); ++c)
      lines.push_back(fmt::format("    {:<6}  {}", kDeepcamChannelNames[c], from_to(array.channels[c])));
  }
  return lines;
}

}  // namespace tessera
