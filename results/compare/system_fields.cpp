#include "results/compare/system_fields.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "results/log/number_text.hpp"
#include "results/log/value_text.hpp"

namespace tessera {
namespace {

using nlohmann::json;

/// Fields that tell one kind of node from another.
constexpr std::array kHardwareFields{"host_processor_model_name",  "host_processors_per_node",
                                     "host_processor_core_count",  "host_memory_capacity",
                                     "accelerators_per_node",      "accelerator_model_name",
                                     "accelerator_memory_capacity"};

std::optional<double> number_of(const SystemFields& system, const char* field) {
  return number_from_text(system.text(field));
}

/// A value below an object, by JSON pointer; null where there is none.
json at(const json& object, const char* pointer) {
  const json::json_pointer place(pointer);
  return object.contains(place) ? object.at(place) : json();
}

std::optional<double> number_at(const json& object, const char* pointer) {
  const json value = at(object, pointer);
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

std::string software_of(const json& report) {
  std::string software;
  for (const char* name : {"compiler", "mpi", "onednn", "hdf5"}) {
    const std::string version = value_text(at(report, fmt::format("/versions/{}", name).c_str()));
    if (!version.empty()) software += fmt::format("{}{}: {}", software.empty() ? "" : ", ", name, version);
  }
  return software;
}

}  // namespace

std::string SystemFields::text(const std::string& field) const {
  const auto found = texts.find(field);
  return found == texts.end() ? std::string() : found->second;
}

std::string SystemFields::hardware(const std::string& owner) const {
  if (text("host_processor_model_name").empty()) return {};
  std::string all = owner;
  for (const char* field : kHardwareFields) {
    all += '\n';
    for (const char c : text(field))
      if (c != ' ') all += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return all;
}

SystemFields described_system(const json& description) {
  SystemFields system;
  for (const auto& [name, value] : description.items()) {
    std::string text = value_text(value);
    if (!text.empty()) system.texts[name] = std::move(text);
  }
  system.nodes = number_of(system, "number_of_nodes");
  const double accelerators_a_node = number_of(system, "accelerators_per_node").value_or(0);
  if (system.nodes && accelerators_a_node > 0) system.accelerators = *system.nodes * accelerators_a_node;
  system.size = system.accelerators ? system.accelerators : system.nodes;
  system.unit = system.accelerators ? "accelerators" : "nodes";
  return system;
}

SystemFields recorded_system(const json& report) {
  SystemFields system;
  const auto set = [&](const char* field, const json& value) {
    std::string text = value_text(value);
    if (!text.empty()) system.texts[field] = std::move(text);
  };
  set("number_of_nodes", at(report, "/nodes"));
  set("host_processor_model_name", at(report, "/system/processor/model"));
  set("host_processors_per_node", at(report, "/system/processor/sockets"));
  set("host_processor_core_count", at(report, "/system/processor/cores"));
  set("host_processor_vcpu_count", at(report, "/system/processor/logical_cpus"));
  set("operating_system", at(report, "/system/os"));
  set("framework", "Tessera " + value_text(at(report, "/versions/tessera")));
  set("other_software_stack", software_of(report));
  set("ranks", at(report, "/ranks"));
  set("split", at(report, "/split"));
  set("threads_per_rank", at(report, "/threads/a_rank"));
  if (const auto bytes = number_at(report, "/system/memory_bytes")) {
    set("host_memory_capacity", fmt::format("{:.0f} GiB", *bytes / (1 << 30)));
  }
  system.nodes = number_at(report, "/nodes");
  const auto ranks = number_at(report, "/ranks"), threads = number_at(report, "/threads/a_rank");
  if (ranks && threads) system.size = *ranks * *threads;
  system.unit = "threads";
  return system;
}

}  // namespace tessera
