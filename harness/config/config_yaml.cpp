#include "harness/config/config_yaml.hpp"

#include <yaml-cpp/yaml.h>

namespace tessera {
namespace {

constexpr std::size_t kIndent = 4;

void emit(YAML::Emitter& out, const ConfigNode& node) {
  switch (node.kind) {
    case ConfigNode::Kind::Null:
      out << YAML::Null;
      return;
    case ConfigNode::Kind::Scalar:
      if (node.quoted) out << YAML::DoubleQuoted;
      out << node.scalar;
      return;
    case ConfigNode::Kind::Sequence:
      out << YAML::Flow << YAML::BeginSeq;
      for (const ConfigNode& item : node.children) emit(out, item);
      out << YAML::EndSeq;
      return;
    case ConfigNode::Kind::Map:
      out << YAML::BeginMap;
      for (const ConfigNode& item : node.children) {
        out << YAML::Key << item.key << YAML::Value;
        emit(out, item);
      }
      out << YAML::EndMap;
  }
}

}  // namespace

std::string to_yaml(const ConfigNode& tree) {
  YAML::Emitter out;
  out.SetIndent(kIndent);
  emit(out, tree);
  return std::string(out.c_str()) + "\n";
}

std::string to_yaml_line(const ConfigNode& value) {
  YAML::Emitter out;
  out.SetMapFormat(YAML::Flow);
  emit(out, value);
  return out.c_str();
}

}  // namespace tessera
