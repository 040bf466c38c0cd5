#pragma once

#include <filesystem>
#include <optional>

#include "results/study/study.hpp"

namespace tessera {

/// The study.json that a path names: itself, or the one in the directory that it is; nothing where there is
/// none.
std::optional<std::filesystem::path> find_study_file(const std::filesystem::path& path);

/// Throws InputError where it can't be read, is no JSON or no study.
Study read_study_file(const std::filesystem::path& file);

}  // namespace tessera
