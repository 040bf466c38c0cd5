#pragma once

#include <cstddef>
#include <string>

/// Texts of logs and directories as tables of a terminal show them.
namespace tessera {

/// In ASCII, without quotes: what a log says may not steer a terminal.
std::string plain(const std::string& text);

/// The end of a text that is longer than its column (of four or more): names differ there.
std::string tail(const std::string& text, std::size_t width);

}  // namespace tessera
