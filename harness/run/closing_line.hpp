#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace tessera {

/// How a run ended, for people, by its run.json: "target reached: MAE 0.1118 (target 0.124) after 9 epochs,
/// 71.9 s, 281 samples/s; see runs/tiny".
std::string closing_line(const nlohmann::json& run, const std::string& directory);
/// Of the run that ended in a directory; as its state has it where no run.json tells more.
std::string closing_line(const std::filesystem::path& directory);

}  // namespace tessera
