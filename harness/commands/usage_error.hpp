#pragma once

#include <CLI/CLI.hpp>

#include "models/base/error.hpp"

namespace tessera {

/// What CLI11 refused, in our form: which command's --help to read, and for a misspelt command or option the
/// nearest that there is. `app` is the one that parsed.
InputError usage_error(const CLI::App& app, const CLI::ParseError& error);

}  // namespace tessera
