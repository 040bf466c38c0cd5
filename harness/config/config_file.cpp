#include "harness/config/config_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "models/base/error.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

// The folder of that name that came with this program; empty where there is none.
fs::path shipped_folder(const std::string& name) {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  for (const char* place : {"share/tessera", "harness"}) {
    fs::path candidate = program.parent_path().parent_path() / place / name;
    if (fs::is_directory(candidate, error)) return candidate;
  }
  return {};
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  std::ranges::sort(names);
  return names;
}

// what: it is, for messages.
std::string shipped_file(const std::string& name, const std::string& shipped, const char* what) {
  std::error_code error;
  const fs::path path = name;
  if (path.has_parent_path() || path.has_extension() || fs::exists(path, error)) return name;
  const fs::path folder = shipped_folder(shipped);
  const fs::path ours = folder / (name + ".yaml");
  if (!folder.empty() && fs::exists(ours, error)) return ours.string();
  throw InputError(fmt::format("there is no {} '{}'", what, name), "command line",
                   folder.empty()
                       ? "name a YAML file"
                       : fmt::format("name a YAML file, or one of {}", fmt::join(names_in(folder), ", ")));
}

}  // namespace

std::string config_file(const std::string& name) {
  return shipped_file(name, "configs", "configuration");
}

std::string machine_file(const std::string& name) {
  return shipped_file(name, "machines", "description of a machine");
}

}  // namespace tessera
