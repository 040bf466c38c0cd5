#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "results/study/study.hpp"

/// What the points of a study leave in their directories.
namespace tessera {

/// Of a timed point: the study of that point alone. Nothing where it hasn't ended; throws InputError where
/// the file is another's.
std::optional<Study> timed_result(const std::filesystem::path& directory);

/// Of a point that trained, by its run.json: the mean over its training steps is the one repeat. Nothing
/// where the run isn't finished.
std::optional<Study> trained_result(const std::filesystem::path& directory);

/// The same of run.json's content. Pure; throws nlohmann::json::exception where a key is missing.
Study study_of_run(const nlohmann::json& report);

}  // namespace tessera
