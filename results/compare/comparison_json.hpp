#pragma once

#include <nlohmann/json_fwd.hpp>

#include "results/compare/comparison.hpp"

namespace tessera {

/// An object, keyed as compare.schema.json and the README.md of results say; null where there is no number.
/// Texts are those of the logs, whatever bytes they hold: dump with ensure_ascii and
/// error_handler_t::replace.
nlohmann::json to_json(const Comparison& comparison);

}  // namespace tessera
