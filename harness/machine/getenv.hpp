#pragma once

#include <functional>

namespace tessera {

/// As std::getenv, which tests replace by an environment of their own.
using Getenv = std::function<const char*(const char*)>;

}  // namespace tessera
