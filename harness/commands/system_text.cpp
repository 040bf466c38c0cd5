#include "harness/commands/system_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

#include "harness/config/config_tree.hpp"
#include "harness/config/nearest_name.hpp"
#include "harness/machine/versions.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// 48 KiB, 1.5 MiB, 62.7 GiB
std::string binary_size(double bytes) {
  const char* unit = "KiB";
  double size = bytes / 1024;
  for (const char* larger : {"MiB", "GiB", "TiB"}) {
    if (size < 1024) break;
    size /= 1024;
    unit = larger;
  }
  return fmt::format("{:.4g} {}", size, unit);
}

// "2 x L1 data 48 KiB, 1 x L3 unified 32 MiB"
std::string caches_of(const json& probe) {
  std::vector<std::string> caches;
  for (const json& cache : probe.at("caches"))
    caches.push_back(fmt::format("{} x L{} {} {}", cache.at("count").get<int>(), cache.at("level").get<int>(),
                                 cache.at("kind").get<std::string>(),
                                 binary_size(cache.at("bytes").get<double>())));
  return fmt::format("{}", fmt::join(caches, ", "));
}

// "2 x mlx5, 200 Gb/sec (4X HDR)": the adapters of InfiniBand and its kin, which the system lists with rates.
std::string networking() {
  std::vector<std::string> adapters;
  std::error_code error;
  for (const fs::directory_entry& device : fs::directory_iterator("/sys/class/infiniband", error)) {
    std::ifstream file(device.path() / "ports" / "1" / "rate");
    std::string rate;
    if (std::getline(file, rate))
      adapters.push_back(fmt::format("{} {}", device.path().filename().string(), rate));
  }
  std::ranges::sort(adapters);
  return fmt::format("{}", fmt::join(adapters, ", "));
}

std::string software_stack() {
  const Versions v = versions();
  return fmt::format("{}, oneDNN {}, HDF5 {}, compiler {}", v.mpi, v.onednn, v.hdf5, v.compiler);
}

// Of a processor: a machine that tells of none has one.
std::string each(const json& count, int processors) {
  return std::to_string(count.get<int>() / std::max(1, processors));
}

std::string known(const json& text) {
  return text == "unknown" ? "" : text.get<std::string>();
}

std::string frequency(double megahertz) {
  return megahertz > 0 ? fmt::format("{:.0f} MHz", megahertz) : "";
}

}  // namespace

SystemDescription detected_system(const json& probe, int nodes) {
  SystemDescription system;
  for (const SystemField& field : kSystemFields) system.fields[std::string(field.name)] = "";
  const json& processor = probe.at("processor");
  const int processors = processor.at("sockets").get<int>();
  json& fields = system.fields;
  fields["number_of_nodes"] = std::to_string(nodes);
  fields["host_processors_per_node"] = std::to_string(std::max(1, processors));
  fields["host_processor_model_name"] = known(processor.at("model"));
  fields["host_processor_core_count"] = each(processor.at("cores"), processors);
  fields["host_processor_vcpu_count"] = each(processor.at("logical_cpus"), processors);
  fields["host_processor_frequency"] = frequency(processor.at("megahertz").get<double>());
  fields["host_processor_caches"] = caches_of(probe);
  fields["host_memory_capacity"] = binary_size(probe.at("memory_bytes").get<double>());
  fields["host_networking"] = networking();
  fields["accelerators_per_node"] = "0";
  fields["accelerator_model_name"] = "N/A";
  fields["framework"] = fmt::format("Tessera {}", versions().tessera);
  fields["other_software_stack"] = software_stack();
  fields["operating_system"] =
      fmt::format("{}, {}", known(probe.at("os")), probe.at("kernel").get<std::string>());
  return system;
}

void apply_user_fields(SystemDescription& system, std::string_view yaml, const std::string& source) {
  const ConfigNode tree = parse_tree(yaml, source);
  if (tree.kind != ConfigNode::Kind::Map)
    throw InputError("this holds no fields of a system description", source, "write `field: text` lines");
  std::vector<std::string> known_names;
  for (const SystemField& field : kSystemFields) known_names.emplace_back(field.name);
  for (const ConfigNode& field : tree.children) {
    if (std::ranges::find(known_names, field.key) == known_names.end()) {
      const auto nearest = nearest_name(field.key, known_names);
      throw InputError(fmt::format("a system description has no field '{}'", field.key), field.where,
                       nearest ? fmt::format("did you mean '{}'?", *nearest)
                               : fmt::format("its fields are {}", fmt::join(known_names, ", ")));
    }
    if (field.kind != ConfigNode::Kind::Scalar && field.kind != ConfigNode::Kind::Null)
      throw InputError(fmt::format("{} is {}, expected a text", field.key, to_string(field)), field.where,
                       "write it on one line, in quotes");
    system.fields[field.key] = field.scalar;
  }
}

int nodes_of(const Communicator& world) {
  const int first_of_node = world.node_local().rank() == 0 ? 1 : 0;
  int nodes = 0;
  for (const int first : world.all_gather(first_of_node)) nodes += first;
  return nodes;
}

}  // namespace tessera
