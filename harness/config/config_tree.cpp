#include "harness/config/config_tree.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <functional>

#include "models/base/error.hpp"

namespace tessera {
namespace {

using LocationOf = std::function<std::string(const YAML::Mark&)>;

// Deeper than any configuration; an alias inside its own anchor would have no end.
constexpr int kDeepest = 16;

ConfigNode tree_of(const YAML::Node& node, std::string where, const LocationOf& location, int depth);

void add_entry(ConfigNode& map, const YAML::Node& key, const YAML::Node& value, const LocationOf& location,
               int depth) {
  const std::string where = location(key.Mark());
  if (!key.IsScalar()) throw InputError("a key is not plain text", where, "write `name: value`");
  if (const ConfigNode* before = map.find(key.Scalar()))
    throw InputError(fmt::format("key '{}' is given twice, first at {}", key.Scalar(), before->where), where,
                     "keep one of the two");
  ConfigNode child = tree_of(value, where, location, depth + 1);
  child.key = key.Scalar();
  map.children.push_back(std::move(child));
}

ConfigNode tree_of(const YAML::Node& node, std::string where, const LocationOf& location, int depth) {
  if (depth > kDeepest)
    throw InputError("values are nested too deeply", where, "remove the alias that contains itself");
  ConfigNode tree;
  tree.where = std::move(where);
  if (node.IsScalar()) {
    tree.kind = ConfigNode::Kind::Scalar;
    tree.scalar = node.Scalar();
    tree.quoted = node.Tag() == "!";  // what yaml-cpp gives to text in quotes
  } else if (node.IsSequence()) {
    tree.kind = ConfigNode::Kind::Sequence;
    for (const YAML::Node& item : node)
      tree.children.push_back(tree_of(item, location(item.Mark()), location, depth + 1));
  } else if (node.IsMap()) {
    tree.kind = ConfigNode::Kind::Map;
    for (const auto& entry : node) add_entry(tree, entry.first, entry.second, location, depth);
  }
  return tree;
}

ConfigNode parse(std::string_view yaml, const LocationOf& location) {
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(yaml));
    if (documents.size() > 1)
      throw InputError("there is more than one YAML document", location(documents[1].Mark()), "keep one");
    return tree_of(documents.empty() ? YAML::Node() : documents[0], location(YAML::Mark()), location, 0);
  } catch (const YAML::Exception& error) {
    throw InputError(fmt::format("this is not YAML: {}", error.msg), location(error.mark),
                     "mend the indentation, brackets or quotes there");
  }
}

}  // namespace

const ConfigNode* ConfigNode::find(std::string_view child) const {
  const auto found = std::ranges::find(children, child, &ConfigNode::key);
  return kind == Kind::Map && found != children.end() ? &*found : nullptr;
}

ConfigNode* ConfigNode::find(std::string_view child) {
  return const_cast<ConfigNode*>(std::as_const(*this).find(child));
}

ConfigNode parse_tree(std::string_view yaml, const std::string& source) {
  return parse(yaml, [&source](const YAML::Mark& mark) {
    return mark.is_null() ? source : fmt::format("{}, line {}", source, mark.line + 1);
  });
}

namespace {

// Item `number` of a list, counted from 1 as errors count layers.
ConfigNode& item_of(ConfigNode& list, const std::string& number, const std::string& where) {
  std::size_t place = 0;
  const char* const end = number.data() + number.size();
  const auto [stop, error] = std::from_chars(number.data(), end, place);
  if (error != std::errc() || stop != end || place < 1 || place > list.children.size())
    throw InputError(fmt::format("'{}' is no item of a list of {}", number, list.children.size()), where,
                     "write path.to.list.2.key=value for the second item");
  return list.children[place - 1];
}

ConfigNode& entry_of(ConfigNode& map, const std::string& key, const std::string& where) {
  if (ConfigNode* entry = map.find(key)) return *entry;
  ConfigNode fresh;
  fresh.key = key;
  fresh.where = where;
  return map.children.emplace_back(std::move(fresh));
}

}  // namespace

void apply_override(ConfigNode& tree, const std::string& assignment) {
  std::string where = "--set " + assignment;
  const LocationOf everywhere = [&where](const YAML::Mark&) { return where; };
  const std::size_t equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0)
    throw InputError("an override needs a key and a value", where, "write --set path.to.key=value");
  // On a line of its own, since of the first bytes of a text YAML makes out its encoding.
  ConfigNode value = parse("\n" + assignment.substr(equals + 1), everywhere);

  ConfigNode* at = &tree;
  for (std::size_t begin = 0; begin < equals;) {
    const std::size_t end = std::min(assignment.find('.', begin), equals);
    const std::string key = assignment.substr(begin, end - begin);
    if (at->kind == ConfigNode::Kind::Null) at->kind = ConfigNode::Kind::Map;
    const bool list = at->kind == ConfigNode::Kind::Sequence;
    if (key.empty() || (at->kind != ConfigNode::Kind::Map && !list))
      throw InputError(fmt::format("'{}' is not the path of a key", assignment.substr(0, equals)), where,
                       "write section.key=value");
    at = list ? &item_of(*at, key, where) : &entry_of(*at, key, where);
    begin = end + 1;
  }
  value.key = at->key;
  *at = std::move(value);
}

std::string to_string(const ConfigNode& node) {
  switch (node.kind) {
    case ConfigNode::Kind::Null:
      return "nothing";
    case ConfigNode::Kind::Scalar:
      return node.quoted ? fmt::format("\"{}\"", node.scalar) : node.scalar;
    case ConfigNode::Kind::Sequence: {
      std::vector<std::string> items;
      for (const ConfigNode& item : node.children) items.push_back(to_string(item));
      return fmt::format("[{}]", fmt::join(items, ", "));
    }
    case ConfigNode::Kind::Map: {
      std::vector<std::string> items;
      for (const ConfigNode& item : node.children)
        items.push_back(fmt::format("{}: {}", item.key, to_string(item)));
      return fmt::format("{{{}}}", fmt::join(items, ", "));
    }
  }
  return {};
}

}  // namespace tessera
