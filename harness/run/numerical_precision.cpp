#include "harness/run/numerical_precision.hpp"

#include <cstdlib>
#include <nlohmann/json.hpp>

namespace tessera {
namespace {

using nlohmann::json;

void lower(Element& element, Element other) {
  if (bytes_of(other) < bytes_of(element)) element = other;
}

std::optional<Element> element_in(const json& entry, const char* key) {
  const json name = entry.value(key, json());
  return name.is_string() ? element_named(name.get_ref<const std::string&>()) : std::nullopt;
}

std::optional<PrecisionSince> precision_from_json(const json& entry) {
  if (!entry.is_object()) return std::nullopt;
  const json step = entry.value("step", json());
  const std::optional<Element> element = element_in(entry, "element"), comm = element_in(entry, "comm");
  if (!step.is_number_integer() || !element || !comm) return std::nullopt;
  return PrecisionSince{step.get<std::int64_t>(), {*element, *comm}};
}

}  // namespace

NumericalPrecision precision_of(Element element, bool samples_are_split) {
  return {element, samples_are_split ? element : wide(element)};
}

std::optional<Element> element_named(std::string_view name) {
  for (const Element element : {Element::F32, Element::F64, Element::BF16})
    if (name == name_of(element)) return element;
  return std::nullopt;
}

std::string_view mlperf_name(Element element) {
  switch (element) {
    case Element::F32:
      return "fp32";
    case Element::F64:
      return "fp64";
    case Element::BF16:
      return "bfloat16";
  }
  std::abort();
}

void note_precision(std::vector<PrecisionSince>& precisions, std::int64_t step,
                    const NumericalPrecision& precision) {
  if (!precisions.empty() && precisions.back().step == step) precisions.pop_back();  // no step was done in it
  if (precisions.empty() || precisions.back().precision != precision) precisions.push_back({step, precision});
}

NumericalPrecision lowest(const std::vector<PrecisionSince>& precisions) {
  NumericalPrecision lowest = precisions.front().precision;
  for (const PrecisionSince& since : precisions) {
    lower(lowest.element, since.precision.element);
    lower(lowest.comm, since.precision.comm);
  }
  return lowest;
}

json to_json(const std::vector<PrecisionSince>& precisions) {
  json list = json::array();
  for (const auto& [step, precision] : precisions)
    list.push_back(
        {{"step", step}, {"element", name_of(precision.element)}, {"comm", name_of(precision.comm)}});
  return list;
}

std::optional<std::vector<PrecisionSince>> precisions_from_json(const json& list) {
  std::vector<PrecisionSince> precisions;
  if (!list.is_array() || list.empty()) return std::nullopt;
  for (const json& entry : list) {
    const std::optional<PrecisionSince> since = precision_from_json(entry);
    if (!since) return std::nullopt;
    precisions.push_back(*since);
  }
  return precisions;
}

}  // namespace tessera
