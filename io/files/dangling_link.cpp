#include "io/files/dangling_link.hpp"

#include <fmt/core.h>

#include <system_error>
#include <utility>

namespace tessera {

namespace fs = std::filesystem;

namespace {

/// The target of the first link on the way that leads nowhere.
std::optional<fs::path> first_target(const fs::path& path) {
  std::error_code error;
  fs::path way;
  for (const fs::path& part : path) {
    way /= part;
    if (fs::is_symlink(fs::symlink_status(way, error)) && !fs::exists(way, error))
      return way.parent_path() / fs::read_symlink(way, error);
  }
  return std::nullopt;
}

}  // namespace

// A link may lead to a link; the last of them is what is to be mended. Links in a circle have no last.
std::optional<fs::path> dangling_target(const fs::path& path) {
  constexpr int kMostLinks = 40;
  std::optional<fs::path> target = first_target(path);
  for (int i = 0; target && i < kMostLinks; ++i) {
    std::optional<fs::path> next = first_target(*target);
    if (!next) break;
    target = std::move(next);
  }
  return target;
}

std::string why_missing(const fs::path& path, const std::string& otherwise) {
  const std::optional<fs::path> target = dangling_target(path);
  return target ? fmt::format("a link leads to '{}', which is missing", target->string()) : otherwise;
}

}  // namespace tessera
