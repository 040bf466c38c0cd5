#pragma once

#include <string>

namespace tessera {

/// Seconds of a duration as batch systems write it: "90", "0.5", or "1:30:00" (hours, minutes, seconds).
/// Throws InputError for anything else, and for one that isn't positive.
double time_limit_of(const std::string& text);

}  // namespace tessera
