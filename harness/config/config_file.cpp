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

// The folder of the configurations that came with this program; empty where there is none.
fs::path folder_of_configs() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  for (const char* folder : {"share/tessera/configs", "harness/configs"}) {
    fs::path candidate = program.parent_path().parent_path() / folder;
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

}  // namespace

std::string config_file(const std::string& name) {
  std::error_code error;
  const fs::path path = name;
  if (path.has_parent_path() || path.has_extension() || fs::exists(path, error)) return name;
  const fs::path folder = folder_of_configs();
  const fs::path ours = folder / (name + ".yaml");
  if (!folder.empty() && fs::exists(ours, error)) return ours.string();
  throw InputError(fmt::format("there is no configuration '{}'", name), "command line",
                   folder.empty()
                       ? "name a YAML file"
                       : fmt::format("name a YAML file, or one of {}", fmt::join(names_in(folder), ", ")));
}

}  // namespace tessera
