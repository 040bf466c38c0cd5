#pragma once

#include <nlohmann/json_fwd.hpp>

#include "results/study/study_comparison.hpp"

namespace tessera {

/// Studies with all their figures, as study_comparison.schema.json describes it: what html_study_report()
/// draws, of one study too. Numbers that don't exist are null; units are in the keys.
nlohmann::json to_json(const StudyComparison& comparison);

}  // namespace tessera
