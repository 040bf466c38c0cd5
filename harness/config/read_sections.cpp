#include "harness/config/read_sections.hpp"

#include <fmt/format.h>

#include <algorithm>

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

}  // namespace

void read_key(const Section& section, const Field& field, const ConfigNode& node, KeyOrigins& origins) {
  const std::string path = path_of(section, field.key);
  read_field(field, node, path);
  if (node.kind != ConfigNode::Kind::Null) origins[path] = node.where;
}

namespace {

void read_section(const std::vector<Section>& schema, const Section& section, const ConfigNode& node,
                  KeyOrigins& origins) {
  if (node.kind != ConfigNode::Kind::Map && node.kind != ConfigNode::Kind::Null)
    throw InputError(fmt::format("{} is {}, expected a section of keys", section.name, to_string(node)),
                     node.where, fmt::format("write `{}:` alone and its keys indented below", section.name));
  for (const ConfigNode& child : node.children) {
    const auto field = std::ranges::find(section.fields, child.key, &Field::key);
    if (field == section.fields.end()) throw_unknown_in(schema, section, child);
    read_key(section, *field, child, origins);
  }
}

void read_tree(const std::vector<Section>& schema, const ConfigNode& tree, KeyOrigins& origins) {
  if (tree.kind != ConfigNode::Kind::Map && tree.kind != ConfigNode::Kind::Null)
    throw InputError("the configuration is not a map of sections", tree.where,
                     "write `data:`, `model:` and so on");
  for (const ConfigNode& node : tree.children) {
    const auto section = std::ranges::find(schema, node.key, &Section::name);
    const auto field = std::ranges::find(schema.front().fields, node.key, &Field::key);
    if (field != schema.front().fields.end()) {
      read_key(schema.front(), *field, node, origins);
    } else if (section != schema.end() && !node.key.empty()) {
      read_section(schema, *section, node, origins);
    } else {
      throw_unknown_at_top(schema, node);
    }
  }
}

void check_required(const std::vector<Section>& schema, const std::string& source,
                    const KeyOrigins& origins) {
  for (const Section& section : schema)
    for (const Field& field : section.fields)
      if (const std::string path = path_of(section, field.key); field.required && !origins.contains(path))
        throw InputError(fmt::format("{} is missing", path), source,
                         section.name.empty() ? fmt::format("add {}, {}", field.key, field.expects)
                                              : fmt::format("add {}, {}, to the section {}", field.key,
                                                            field.expects, section.name));
}

}  // namespace

void read_sections(const std::vector<Section>& schema, const ConfigNode& tree, const std::string& source,
                   KeyOrigins& origins) {
  read_tree(schema, tree, origins);
  check_required(schema, source, origins);
}

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

}  // namespace tessera
