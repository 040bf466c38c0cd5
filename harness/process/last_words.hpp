#pragma once

#include <filesystem>
#include <string>

namespace tessera {

/// The last lines of what a program said into a file, a few, empty ones left out; "" where it said nothing.
std::string last_words(const std::filesystem::path& output);

}  // namespace tessera
