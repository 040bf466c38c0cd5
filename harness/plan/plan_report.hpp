#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "harness/plan/run_plan.hpp"

namespace tessera {

/// What `plan --json` prints; its keys are documented in plan.schema.json and the README.md of harness.
nlohmann::json to_json(const RunPlan& plan);
/// A table for people.
std::string to_string(const RunPlan& plan);

}  // namespace tessera
