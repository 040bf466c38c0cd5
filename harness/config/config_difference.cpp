#include "harness/config/config_difference.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

namespace tessera {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 10> kFree{
    "compute.overlap", "compute.convolution",   "compute.threads",       "output_dir",
    "data.data_dir",   "data.n_epochs",         "data.n_parallel_reads", "data.prefetch",
    "data.batch_size", "data.global_batch_size"};

std::string value_of(const json& section, const std::string& key) {
  const auto found = section.find(key);
  return found == section.end() ? "absent" : found->dump(-1, ' ', false, json::error_handler_t::replace);
}

void compare(const json& then, const json& now, const std::string& prefix, std::vector<std::string>& found) {
  json keys = then;
  keys.update(now);
  for (const auto& [key, value] : keys.items()) {
    const std::string path = prefix + key;
    const bool sections = prefix.empty() && value.is_object();
    if (sections) {
      compare(then.value(key, json::object()), now.value(key, json::object()), path + ".", found);
    } else if (std::ranges::find(kFree, path) == kFree.end()) {
      const std::string before = value_of(then, key), after = value_of(now, key);
      if (before != after) found.push_back(fmt::format("{}: {} then, {} now", path, before, after));
    }
  }
}

}  // namespace

std::vector<std::string> config_differences(const json& then, const json& now) {
  std::vector<std::string> found;
  compare(then, now, "", found);
  return found;
}

}  // namespace tessera
