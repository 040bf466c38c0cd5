#include "io/hdf5/referred_file.hpp"

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <string_view>
#include <system_error>
#include <vector>

namespace tessera {
namespace {

namespace fs = std::filesystem;

/// Directories with a colon between; ${ORIGIN} stands for that of the file.
std::vector<fs::path> directories_of(const char* variable, const fs::path& origin) {
  constexpr std::string_view kOrigin = "${ORIGIN}";
  std::vector<fs::path> directories;
  const char* value = std::getenv(variable);
  std::istringstream list(value == nullptr ? "" : value);
  for (std::string one; std::getline(list, one, ':');)
    directories.push_back(one.starts_with(kOrigin) ? fs::path(origin.string() + one.substr(kOrigin.size()))
                                                   : fs::path(one));
  return directories;
}

}  // namespace

std::optional<fs::path> find_referred(const std::string& name, const fs::path& from,
                                      const char* prefix_variable) {
  std::error_code error;
  const fs::path origin = fs::absolute(from, error).parent_path();
  const bool is_absolute = fs::path(name).is_absolute();
  const fs::path relative = is_absolute ? fs::path(name).filename() : fs::path(name);
  std::vector<fs::path> places;
  if (is_absolute) places.emplace_back(name);
  for (const fs::path& directory : directories_of(prefix_variable, origin))
    places.push_back(directory / relative);
  places.push_back(origin / relative);
  places.push_back(relative);
  places.push_back(fs::weakly_canonical(from, error).parent_path() / relative);
  const auto found =
      std::ranges::find_if(places, [&](const fs::path& place) { return fs::is_regular_file(place, error); });
  return found == places.end() ? std::nullopt : std::optional(*found);
}

}  // namespace tessera
