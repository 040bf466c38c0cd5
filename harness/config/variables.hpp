#pragma once

#include <string>

namespace tessera {

/// The path with each $NAME and ${NAME} replaced by that environment variable, as the reference does with its
/// paths. Throws InputError with `where` when a variable isn't set, or the path begins with a ~, which isn't
/// expanded: a path with a hole in it leads to the wrong place.
std::string expand_variables(const std::string& path, const std::string& where);

}  // namespace tessera
