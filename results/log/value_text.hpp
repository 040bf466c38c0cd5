#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace tessera {

/// A value of a log or of a system description as one short text, such that equal settings have equal texts:
/// numbers without regard to how they were written (1.0 as 1), texts as they are, null as nothing, lists as
/// "[32, 64]", objects as "CUDA: 10.1, NCCL: 2.6". Deep nesting is cut off, and so is what is longer than a
/// line of a report.
std::string value_text(const nlohmann::json& value);

}  // namespace tessera
