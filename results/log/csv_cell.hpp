#pragma once

#include <optional>
#include <string>

/// Cells of a line of comma-separated values.
namespace tessera {

/// A text, quoted where it must be. What isn't UTF-8 in it, as a path may have, is replaced.
std::string csv_text(const std::string& bytes);

/// Empty where there is no number, or none that is finite.
std::string csv_number(const std::optional<double>& value);

}  // namespace tessera
