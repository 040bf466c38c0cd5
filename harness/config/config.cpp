#include "harness/config/config.hpp"

#include "harness/config/benchmark_table.hpp"
#include "harness/config/config_schema.hpp"
#include "harness/config/read_sections.hpp"
#include "harness/config/variables.hpp"
#include "io/files/whole_file.hpp"

namespace tessera {
namespace {

// Ahead of all else, as the table of keys depends on it; as long as none is named, it is that of the first.
void read_benchmark(const ConfigNode& tree, Config& config) {
  config.mlperf.benchmark = benchmark_tables().all().front()->name;
  const ConfigNode* model = tree.find("model");
  const ConfigNode* name = model ? model->find("name") : nullptr;
  if (name) read_key({"model", {}}, benchmark_field(config), *name, config.origins);
  config.of_benchmark = table_of(config).defaults();
}

}  // namespace

Config parse_config(std::string_view yaml, const std::string& source,
                    std::span<const std::string> overrides) {
  ConfigNode tree = parse_tree(yaml, source);
  for (const std::string& assignment : overrides) apply_override(tree, assignment);

  Config config;
  config.source = source;
  read_benchmark(tree, config);
  const std::vector<Section> schema = config_schema(config);
  read_sections(schema, tree, source, config.origins);
  config.output_dir = expand_variables(config.output_dir, config.where("output_dir"));
  config.data.data_dir = expand_variables(config.data.data_dir, config.where("data.data_dir"));
  settle(config);
  return config;
}

Config load_config(const std::string& path, std::span<const std::string> overrides) {
  return parse_config(read_whole_file(path), path, overrides);
}

nlohmann::json to_json(const Config& config) {
  Config copy = config;  // the table ties keys to members that could be written
  nlohmann::json json = nlohmann::json::object();
  for (const Section& section : config_schema(copy)) {
    nlohmann::json& into = section.name.empty() ? json : json[section.name];
    for (const Field& field : section.fields)
      if (field.write) into[field.key] = field.write();
  }
  return json;
}

}  // namespace tessera
