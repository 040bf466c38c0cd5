#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>

namespace tessera {

/// The object that a small JSON file holds, such as a system description, read with the liberties of
/// parse_lenient_json(); nothing where the path leads to no regular file, to one above 1 MiB or to one that
/// holds no object. Never throws for what is there, nor waits for it.
std::optional<nlohmann::json> read_json_object(const std::filesystem::path& path);

}  // namespace tessera
