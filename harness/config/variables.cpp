#include "harness/config/variables.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <regex>

#include "models/base/error.hpp"

namespace tessera {

std::string expand_variables(const std::string& path, const std::string& where) {
  static const std::regex variable(R"(\$(\w+)|\$\{(\w+)\})");
  if (path == "~" || path.starts_with("~/"))
    throw InputError(fmt::format("the ~ in '{}' isn't expanded", path), where, "write $HOME in its place");
  std::string expanded;
  std::string rest = path;
  for (std::smatch match; std::regex_search(rest, match, variable); rest = match.suffix().str()) {
    const std::string name = match[1].matched ? match[1].str() : match[2].str();
    const char* value = std::getenv(name.c_str());
    if (value == nullptr)
      throw InputError(fmt::format("the environment variable {} in '{}' isn't set", name, path), where,
                       fmt::format("export {}, or write the path itself", name));
    expanded += match.prefix().str() + value;
  }
  return expanded + rest;
}

}  // namespace tessera
