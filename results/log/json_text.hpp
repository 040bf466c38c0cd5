#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace tessera {

/// As records and --json have it: indented, with a newline at its end. Texts may hold any bytes, as a path or
/// a setting does: those that are no UTF-8 are replaced.
std::string json_text(const nlohmann::json& value);

}  // namespace tessera
