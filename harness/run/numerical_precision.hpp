#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "models/base/element.hpp"

/// In what numbers a run computes, and what it sends. They may change where it goes on.
namespace tessera {

struct NumericalPrecision {
  Element element = Element::F32;  // of activations and their gradients
  Element comm = Element::F32;     // the lowest that travels between ranks
  friend bool operator==(const NumericalPrecision&, const NumericalPrecision&) = default;
};
/// Parts of samples are exchanged in the element; where samples aren't split, gradients of parameters alone
/// travel, in its wide type.
NumericalPrecision precision_of(Element element, bool samples_are_split);

/// The reverse of name_of(); nothing where there is no element of that name.
std::optional<Element> element_named(std::string_view name);
/// As the rules of MLPerf Training and their checker name it: "fp64", "fp32", "bfloat16".
std::string_view mlperf_name(Element element);

/// The precision of a run's steps from `step` (of all, from 0) to the next such entry.
struct PrecisionSince {
  std::int64_t step = 0;
  NumericalPrecision precision;
  friend bool operator==(const PrecisionSince&, const PrecisionSince&) = default;
};
/// Steps from `step` on are of that precision; nothing changes where the last ones were already.
void note_precision(std::vector<PrecisionSince>& precisions, std::int64_t step,
                    const NumericalPrecision& precision);
/// The lowest of all steps, by size.
NumericalPrecision lowest(const std::vector<PrecisionSince>& precisions);

/// `[{"step", "element", "comm"}]`, and back; nothing where it isn't such a list, or an empty one.
nlohmann::json to_json(const std::vector<PrecisionSince>& precisions);
std::optional<std::vector<PrecisionSince>> precisions_from_json(const nlohmann::json& list);

}  // namespace tessera
