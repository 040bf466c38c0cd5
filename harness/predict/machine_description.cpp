#include "harness/predict/machine_description.hpp"

#include <charconv>

#include "harness/config/config_file.hpp"
#include "harness/config/read_sections.hpp"
#include "io/files/whole_file.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

using Measured = std::map<std::string, std::map<std::string, double>>;

// Numbers above 0, two maps deep; `of` says of what.
Field measured_field(Measured& target, const std::string& of) {
  const auto read = [&target](const ConfigNode& node) {
    Measured all;
    for (const ConfigNode& outer : node.children)
      for (const ConfigNode& inner : outer.children) {
        const std::optional<double> seconds = read_value(inner, ValueType<double>{});
        if (outer.kind != ConfigNode::Kind::Map || !seconds || *seconds <= 0) return false;
        all[outer.key][inner.key] = *seconds;
      }
    if (node.kind != ConfigNode::Kind::Map) return node.kind == ConfigNode::Kind::Null;
    target = std::move(all);
    return true;
  };
  return {.key = "measured",
          .expects = "seconds above 0 by " + of,
          .read = read,
          .write = [&target] { return nlohmann::json(target); },
          .why = {}};
}

Field peak_field(NodeDescription& node, Element element) {
  return {.key = std::string(name_of(element)) + "_flop_per_second",
          .expects = "a number above 0",
          .read =
              [&node, element](const ConfigNode& given) {
                const std::optional<double> peak = accepted(given, positive());
                if (peak) node.peak[element] = *peak;
                return peak.has_value() || given.kind == ConfigNode::Kind::Null;
              },
          .write =
              [&node, element] {
                const auto found = node.peak.find(element);
                return found == node.peak.end() ? nlohmann::json() : nlohmann::json(found->second);
              },
          .why = {}};
}

Rule<double> share() {
  return {"from 0 to 1", [](double value) { return value >= 0 && value <= 1; }};
}

std::vector<Field> fields(LinkDescription& link) {
  return {required(field("latency_seconds", link.way.latency, not_negative())),
          required(field("bytes_per_second", link.way.bandwidth, positive())),
          field("messages_per_second", link.message_rate, positive()),
          field("overlap", link.overlap, share())};
}

std::vector<Section> machine_schema(MachineDescription& m) {
  Choices<AllReduce> algorithms;
  for (const AllReduce a : {AllReduce::Best, AllReduce::RecursiveDoubling, AllReduce::Rabenseifner,
                            AllReduce::Ring, AllReduce::Hierarchical})
    algorithms.emplace_back(name_of(a), a);
  return {
      {"", {required(field("name", m.name)), field("spread", m.spread, in_range(0, 1))}},
      {"node",
       {field("ranks", m.node.ranks, from(1, 4096)), field("cores", m.node.cores, from(1, 1 << 20)),
        required(field("memory_bytes", m.node.memory_bytes, from(1, std::int64_t{1} << 50))),
        required(field("memory_bytes_per_second", m.node.memory_bandwidth, positive())),
        peak_field(m.node, Element::F32), peak_field(m.node, Element::BF16),
        peak_field(m.node, Element::F64)}},
      {"kernels",
       {field("share_of_peak", m.kernels.share_of_peak, positive()),
        field("seconds_a_call", m.kernels.call_seconds, not_negative()),
        measured_field(m.kernels.measured, "call and extents, as bench machine writes them")}},
      {"inside_node", fields(m.inside)},
      {"between_nodes", fields(m.between)},
      {"all_reduce",
       {choice("algorithm", m.all_reduce.algorithm, algorithms),
        field("overlap", m.all_reduce.overlap, share()),
        measured_field(m.all_reduce.measured, "ranks and bytes")}},
      {"files",
       {field("bytes_per_second", m.files.bandwidth, positive()),
        field("cache_bytes", m.files.cache_bytes, from(0, std::int64_t{1} << 50)),
        field("overlap", m.files.overlap, share())}},
      {"framework",
       {field("name", m.framework.name),
        field("seconds_a_message", m.framework.message_seconds, not_negative()),
        field("bucket_bytes", m.framework.bucket_bytes, from(0, std::int64_t{1} << 50))}},
  };
}

void check_numbers(const Measured& measured, const std::string& key, const KeyOrigins& origins) {
  for (const auto& [ranks, times] : measured)
    for (const auto& [bytes, seconds] : times)
      for (const std::string& text : {ranks, bytes}) {
        std::int64_t number = 0;
        const char* const end = text.data() + text.size();
        if (const auto [stop, error] = std::from_chars(text.data(), end, number);
            error != std::errc() || stop != end || number < 1)
          throw InputError(fmt::format("'{}' in {} is no number", text, key), origins.at(key),
                           "write `ranks: {bytes: seconds}`");
      }
}

std::string yaml_of(const nlohmann::json& value, const std::string& indent) {
  if (!value.is_object()) return " " + value.dump() + "\n";
  if (value.empty()) return " {}\n";
  std::string text = "\n";
  for (const auto& [key, inner] : value.items())
    text += inner.is_object()
                ? fmt::format("{}    {}: {}\n", indent, nlohmann::json(key).dump(), inner.dump())
                : fmt::format("{}    {}:{}", indent, key, yaml_of(inner, indent + "    "));
  return text;
}

}  // namespace

std::optional<double> peak_of_a_core(const MachineDescription& machine, Element element) {
  const auto peak = machine.node.peak.find(element);
  if (peak == machine.node.peak.end()) return std::nullopt;
  return peak->second / static_cast<double>(machine.node.cores);
}

std::string peak_source(const MachineDescription& machine) {
  return "machine file of " + machine.name;
}

MachineDescription parse_machine(std::string_view yaml, const std::string& source) {
  const ConfigNode tree = parse_tree(yaml, source);
  MachineDescription machine;
  KeyOrigins origins;
  read_sections(machine_schema(machine), tree, source, origins);
  check_numbers(machine.all_reduce.measured, "all_reduce.measured", origins);
  if (machine.node.peak.empty() && machine.kernels.measured.empty())
    throw InputError("the machine has neither a peak nor measured times of kernels", source,
                     "add node.float32_flop_per_second, or let `tessera bench machine` write the file");
  return machine;
}

MachineDescription load_machine(const std::string& name) {
  const std::string path = machine_file(name);
  return parse_machine(read_whole_file(path), path);
}

std::string to_yaml(const MachineDescription& machine) {
  MachineDescription copy = machine;  // the table ties keys to members that could be written
  std::string text;
  for (const Section& section : machine_schema(copy)) {
    if (!section.name.empty()) text += section.name + ":\n";
    const std::string indent = section.name.empty() ? "" : "    ";
    for (const Field& field : section.fields)
      if (const nlohmann::json value = field.write(); !value.is_null())
        text += fmt::format("{}{}:{}", indent, field.key, yaml_of(value, indent));
  }
  return text;
}

}  // namespace tessera
