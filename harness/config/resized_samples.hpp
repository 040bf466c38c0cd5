#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace tessera {

/// The extents of a sample in a configuration, as to_json() gives it: D H W, or H W.
std::vector<std::int64_t> sample_extents(const nlohmann::json& configuration);

/// The overrides that give its samples other extents, of as many axes.
std::vector<std::string> overrides_for_extents(const nlohmann::json& configuration,
                                               const std::vector<std::int64_t>& extents);

}  // namespace tessera
