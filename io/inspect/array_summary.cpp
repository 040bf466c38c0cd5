#include "io/inspect/array_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

namespace tessera {
namespace {

bool holds_fields(const ArraySummary& array) {
  return array.name == "climate/data" && array.form.shape.size() == 3 &&
         array.form.shape.back() == static_cast<std::int64_t>(kDeepcamChannels);
}

void take(ArraySummary& array, std::span<const double> values) {
  if (holds_fields(array)) array.channels.resize(kDeepcamChannels);
  for (std::size_t i = 0; i < values.size(); ++i) {
    array.range.take(values[i]);
    if (array.is_fields()) array.channels[i % kDeepcamChannels].take(values[i]);
    for (std::size_t k = 0; array.is_labels() && k < kDeepcamClasses; ++k)
      if (values[i] == static_cast<double>(k)) ++array.classes[k];
  }
}

ArraySummary summarize(const Hdf5File& file, const std::string& name) {
  ArraySummary array{name, file.describe(name), {}, {}, {}};
  if (array.form.element == "other") return array;
  std::vector<Interval> block;
  std::size_t count = 1;
  for (const std::int64_t extent : array.form.shape) {
    block.push_back({0, extent});
    count *= static_cast<std::size_t>(extent);
  }
  std::vector<double> values(count);
  file.read<double>(name, block, values);
  take(array, values);
  return array;
}

Json range_json(const ValueRange& range) {
  return {{"minimum", range.minimum}, {"maximum", range.maximum}, {"finite", range.finite}};
}

std::string from_to(const ValueRange& range) {
  return fmt::format("from {:.6g} to {:.6g}{}", range.minimum, range.maximum,
                     range.finite ? "" : ", with values that are no numbers");
}

/// Of the pixels that are of a class; "" where it is no array of labels.
std::string class_shares(const ArraySummary& array) {
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
    return a.name == b.name && a.form == b.form;
  };
  if (!std::equal(into.begin(), into.end(), from.begin(), from.end(), same_form)) return false;
  for (std::size_t i = 0; i < into.size(); ++i) {
    into[i].range.take(from[i].range);
    for (std::size_t c = 0; c < into[i].channels.size(); ++c) into[i].channels[c].take(from[i].channels[c]);
    for (std::size_t k = 0; k < kDeepcamClasses; ++k) into[i].classes[k] += from[i].classes[k];
  }
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
    lines.push_back(fmt::format("  {}: {}, {}{}", array.name, to_string(array.form), from_to(array.range),
                                class_shares(array)));
    for (std::size_t c = 0; c < array.channels.size(); ++c)
      lines.push_back(fmt::format("    {:<6}  {}", kDeepcamChannelNames[c], from_to(array.channels[c])));
  }
  return lines;
}

}  // namespace tessera
