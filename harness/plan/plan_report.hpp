#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "harness/plan/run_plan.hpp"

namespace tessera {

/// What `plan --json` prints; its keys are documented in the README.
nlohmann::json to_json(const RunPlan& plan);
/// A table for people.
std::string to_string(const RunPlan& plan);

}  // namespace tessera
