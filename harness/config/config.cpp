#include "harness/config/config.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/config/benchmark_table.hpp"
#include "harness/config/config_schema.hpp"
#include "harness/config/variables.hpp"
#include "io/files/whole_file.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

std::string path_of(const Section& section, const std::string& key) {
  return section.name.empty() ? key : section.name + "." + key;
}

bool has_field(const Section& section, const std::string& key) {
  return std::ranges::find(section.fields, key, &Field::key) != section.fields.end();
}

[[noreturn]] void throw_unknown_in(const std::vector<Section>& schema, const Section& section,
                                   const ConfigNode& node) {
  std::string home;
  for (const Section& other : schema)
    if (has_field(other, node.key)) home = fmt::format("write it as '{}'", path_of(other, node.key));
  refuse_key(node, path_of(section, node.key), keys_of(section.fields), home);
}

[[noreturn]] void throw_unknown_at_top(const std::vector<Section>& schema, const ConfigNode& node) {
  std::vector<std::string> known;
  for (const Section& section : schema)
    if (!section.name.empty()) known.push_back(section.name);
  for (const Field& field : schema.front().fields) known.push_back(field.key);
  refuse_key(node, node.key, known);
}

void read_key(const Section& section, const Field& field, const ConfigNode& node, Config& config) {
  const std::string path = path_of(section, field.key);
  read_field(field, node, path);
  if (node.kind != ConfigNode::Kind::Null) config.origins[path] = node.where;
}

// Ahead of all else, as the table of keys depends on it; as long as none is named, it is that of the first.
void read_benchmark(const ConfigNode& tree, Config& config) {
  config.mlperf.benchmark = benchmark_tables().all().front()->name;
  const ConfigNode* model = tree.find("model");
  const ConfigNode* name = model ? model->find("name") : nullptr;
  if (name) read_key({"model", {}}, benchmark_field(config), *name, config);
  config.of_benchmark = table_of(config).defaults();
}

void read_section(const std::vector<Section>& schema, const Section& section, const ConfigNode& node,
                  Config& config) {
  if (node.kind != ConfigNode::Kind::Map && node.kind != ConfigNode::Kind::Null)
    throw InputError(fmt::format("{} is {}, expected a section of keys", section.name, to_string(node)),
                     node.where, fmt::format("write `{}:` alone and its keys indented below", section.name));
  for (const ConfigNode& child : node.children) {
    const auto field = std::ranges::find(section.fields, child.key, &Field::key);
    if (field == section.fields.end()) throw_unknown_in(schema, section, child);
    read_key(section, *field, child, config);
  }
}

void read_tree(const std::vector<Section>& schema, const ConfigNode& tree, Config& config) {
  if (tree.kind != ConfigNode::Kind::Map && tree.kind != ConfigNode::Kind::Null)
    throw InputError("the configuration is not a map of sections", tree.where,
                     "write `data:`, `model:` and so on");
  for (const ConfigNode& node : tree.children) {
    const auto section = std::ranges::find(schema, node.key, &Section::name);
    const auto field = std::ranges::find(schema.front().fields, node.key, &Field::key);
    if (field != schema.front().fields.end()) {
      read_key(schema.front(), *field, node, config);
    } else if (section != schema.end() && !node.key.empty()) {
      read_section(schema, *section, node, config);
    } else {
      throw_unknown_at_top(schema, node);
    }
  }
}

void check_required(const std::vector<Section>& schema, const Config& config) {
  for (const Section& section : schema)
    for (const Field& field : section.fields)
      if (const std::string path = path_of(section, field.key); field.required && !config.given(path))
        throw InputError(
            fmt::format("{} is missing", path), config.source,
            fmt::format("add {}, {}, to the section {}", field.key, field.expects, section.name));
}

}  // namespace

const Field& field_at(const std::vector<Section>& schema, const std::string& path, const std::string& where) {
  const std::size_t dot = path.find('.');
  const bool at_top = dot == std::string::npos;
  ConfigNode node;
  node.where = where;
  node.key = at_top ? "" : path.substr(0, dot);
  const auto section = std::ranges::find(schema, node.key, &Section::name);
  if (section == schema.end()) throw_unknown_at_top(schema, node);
  node.key = at_top ? path : path.substr(dot + 1, path.find('.', dot + 1) - dot - 1);
  const auto field = std::ranges::find(section->fields, node.key, &Field::key);
  if (field == section->fields.end()) throw_unknown_in(schema, *section, node);
  return *field;
}

Config parse_config(std::string_view yaml, const std::string& source,
                    std::span<const std::string> overrides) {
  ConfigNode tree = parse_tree(yaml, source);
  for (const std::string& assignment : overrides) apply_override(tree, assignment);

  Config config;
  config.source = source;
  read_benchmark(tree, config);
  const std::vector<Section> schema = config_schema(config);
  read_tree(schema, tree, config);
  check_required(schema, config);
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
