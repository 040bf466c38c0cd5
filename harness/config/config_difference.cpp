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

// Below it maps are kinds of layers and their settings.
constexpr std::string_view kLayers = "model.layers.";

std::string value_of(const json& section, const std::string& key) {
  const auto found = section.find(key);
  return found == section.end() ? "absent" : found->dump(-1, ' ', false, json::error_handler_t::replace);
}

bool is_list_of_maps(const json& value) {
  return value.is_array() && !value.empty() && value[0].is_object();
}

// Lists of as many items by their numbers, counted from 1 as in --set.
json by_number(const json& list) {
  json items = json::object();
  for (std::size_t i = 0; i < list.size(); ++i) items[std::to_string(i + 1)] = list[i];
  return items;
}

void compare(const json& then, const json& now, const std::string& prefix, std::vector<std::string>& found) {
  json keys = then;
  keys.update(now);
  for (const auto& [key, value] : keys.items()) {
    const std::string path = prefix + key;
    const bool sections = (prefix.empty() || prefix.starts_with(kLayers)) && value.is_object();
    const json before_list = then.value(key, json()), now_list = now.value(key, json());
    if (sections) {
      compare(then.value(key, json::object()), now.value(key, json::object()), path + ".", found);
    } else if (is_list_of_maps(before_list) && is_list_of_maps(now_list) &&
               before_list.size() == now_list.size()) {
      compare(by_number(before_list), by_number(now_list), path + ".", found);
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
