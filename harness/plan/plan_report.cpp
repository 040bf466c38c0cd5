#include "harness/plan/plan_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "harness/plan/grid_report.hpp"
#include "harness/process/statistics.hpp"

namespace tessera {
namespace {

using nlohmann::json;

template <class T, class Value>
MinMedianMax min_median_max_by(const std::vector<T>& parts, Value&& value) {
  std::vector<double> values;
  values.reserve(parts.size());
  for (const T& part : parts) values.push_back(static_cast<double>(std::invoke(value, part)));
  return min_median_max(values);
}

bool owns_nothing(const NodeWork& share) {
  return share.owned.empty();
}

// How many parts own boxes of each shape.
std::map<std::array<std::int64_t, 3>, int> shapes_owned(const PlannedNode& node) {
  std::map<std::array<std::int64_t, 3>, int> shapes;
  for (const NodeWork& share : node.parts)
    ++shapes[owns_nothing(share) ? std::array<std::int64_t, 3>{} : share.owned.extents().axes()];
  return shapes;
}

json box_json(const Box& box) {
  json axes = json::array();
  for (const Interval& axis : box.axes()) axes.push_back({axis.begin, axis.end});
  return axes;
}

json exchange_json(const PlannedEdge& edge) {
  json gathers_hidden = json::array(), scatters_hidden = json::array();
  for (const EdgeTraffic& part : edge.parts) {
    gathers_hidden.push_back(part.gather_hidden);
    scatters_hidden.push_back(part.scatter_hidden);
  }
  const auto spread = [&](auto&& value) { return to_json(min_median_max_by(edge.parts, value)); };
  return {{"producer", edge.producer},
          {"forward_sent_bytes", spread([](const EdgeTraffic& e) { return e.sent.bytes; })},
          {"forward_messages_sent", spread([](const EdgeTraffic& e) { return e.sent.messages; })},
          {"forward_hidden", gathers_hidden},
          {"backward_sent_bytes", spread([](const EdgeTraffic& e) { return e.received.bytes; })},
          {"backward_messages_sent", spread([](const EdgeTraffic& e) { return e.received.messages; })},
          {"backward_hidden", scatters_hidden}};
}

json layer_json(const PlannedNode& node) {
  json boxes = json::array(), exchanges = json::array();
  for (const NodeWork& share : node.parts) boxes.push_back(box_json(share.owned));
  for (const PlannedEdge& edge : node.exchanges) exchanges.push_back(exchange_json(edge));
  const auto& [d, h, w] = node.shape.space;
  return {{"name", node.name},
          {"shape", {node.shape.n, node.shape.c, d, h, w}},
          {"spread", node.spread == Spread::Split ? "split" : "replicated"},
          {"owned", boxes},
          {"uneven", shapes_owned(node).size() > 1},
          {"forward_flop", to_json(min_median_max_by(node.parts, &NodeWork::forward_flop))},
          {"training_flop", to_json(min_median_max_by(node.parts, &NodeWork::training_flop))},
          {"exchanges", exchanges}};
}

json parts_json(const RunPlan& plan) {
  const std::vector<double> flop = plan.partition.part_flop();
  const std::vector<Traffic> sent = plan.partition.sent(), received = plan.partition.received();
  const std::vector<PartMemory> memory = plan.memory();
  json parts = json::array();
  for (std::size_t part = 0; part < flop.size(); ++part)
    parts.push_back({{"training_flop", flop[part]},
                     {"forward_sent_bytes", sent[part].bytes},
                     {"forward_messages_sent", sent[part].messages},
                     {"backward_sent_bytes", received[part].bytes},
                     {"backward_messages_sent", received[part].messages},
                     {"activation_bytes", memory[part].activations},
                     {"scratch_bytes", memory[part].scratch},
                     {"exchange_bytes", memory[part].exchanges},
                     {"input_bytes", memory[part].input},
                     {"memory_bytes", memory[part].total()}});
  return parts;
}

json all_reduces_json(const PartitionPlan& plan) {
  json all = json::array();
  for (const PlannedBucket& bucket : plan.buckets)
    all.push_back({{"parameters", bucket.parameters}, {"bytes", bucket.bytes}, {"hidden", bucket.hidden}});
  return all;
}

// "32x128x128", or "1 of 42x64x64, 2 of 43x64x64"; many shapes as the least and the most.
std::string owned_text(const PlannedNode& node) {
  if (node.spread == Spread::Replicated) return "all of it";
  const auto text = [](const std::array<std::int64_t, 3>& shape) {
    return shape[0] == 0 ? std::string("nothing") : fmt::format("{}", fmt::join(shape, "x"));
  };
  const auto shapes = shapes_owned(node);
  if (shapes.size() == 1) return text(shapes.begin()->first);
  if (shapes.size() > 2)
    return fmt::format("{} to {}, {} shapes", text(shapes.begin()->first), text(shapes.rbegin()->first),
                       shapes.size());
  const auto& [less, few] = *shapes.begin();
  const auto& [more, many] = *shapes.rbegin();
  return fmt::format("{} of {}, {} of {}", few, text(less), many, text(more));
}

std::string number_or_nothing(double number) {
  return number > 0 ? fmt::format("{:.3f}", number) : "";
}

// Over the exchanges of a layer.
struct LayerMessages {
  double forward_bytes = 0, backward_bytes = 0, messages = 0;
  bool gather_exposed = false, scatter_exposed = false;

  explicit LayerMessages(const PlannedNode& node) {
    for (const PlannedEdge& edge : node.exchanges) {
      const auto most = [&](auto&& value) { return min_median_max_by(edge.parts, value).max; };
      forward_bytes += most([](const EdgeTraffic& e) { return e.sent.bytes; });
      backward_bytes += most([](const EdgeTraffic& e) { return e.received.bytes; });
      messages += most([](const EdgeTraffic& e) { return e.sent.messages + e.received.messages; });
      for (const EdgeTraffic& part : edge.parts) {
        gather_exposed |= !part.gather_hidden && part.received.bytes > 0;
        scatter_exposed |= !part.scatter_hidden && part.sent.bytes > 0;
      }
    }
  }
};

std::size_t longest_name(const std::vector<PlannedNode>& nodes) {
  std::size_t longest = 0;
  for (const PlannedNode& node : nodes) longest = std::max(longest, node.name.size());
  return longest;
}

std::string layer_text(const PlannedNode& node, std::size_t name_width) {
  const LayerMessages m(node);
  const auto& [d, h, w] = node.shape.space;
  return fmt::format("{:<{}} {:<17} {:<34} {:>10} {:>9} {:>9} {:>5}  {}{}\n", node.name, name_width,
                     fmt::format("{} x {}x{}x{}", node.shape.c, d, h, w), owned_text(node),
                     number_or_nothing(min_median_max_by(node.parts, &NodeWork::training_flop).max / 1e9),
                     number_or_nothing(m.forward_bytes / 1e6), number_or_nothing(m.backward_bytes / 1e6),
                     m.messages > 0 ? fmt::format("{}", m.messages) : "", m.gather_exposed ? "forward " : "",
                     m.scatter_exposed ? "backward" : "");
}

std::string line(const char* name, const MinMedianMax& spread, double unit) {
  return fmt::format("{:<28} {:>12.3f} {:>12.3f} {:>12.3f}\n", name, spread.min / unit, spread.median / unit,
                     spread.max / unit);
}

std::string parts_text(const RunPlan& plan) {
  constexpr double kMega = 1e6, kGiga = 1e9;
  const std::vector<PartMemory> memory = plan.memory();
  const auto sent = plan.partition.sent(), received = plan.partition.received();
  std::string text = fmt::format("\n{:<28} {:>12} {:>12} {:>12}\n", "a part, a step", "min", "median", "max");
  text += line("work, GFLOP", min_median_max(plan.partition.part_flop()), kGiga);
  text += line("sent forward, MB", min_median_max_by(sent, &Traffic::bytes), kMega);
  text += line("sent backward, MB", min_median_max_by(received, &Traffic::bytes), kMega);
  text += line("messages forward", min_median_max_by(sent, &Traffic::messages), 1);
  text += line("messages backward", min_median_max_by(received, &Traffic::messages), 1);
  text += line("memory, MB", min_median_max_by(memory, &PartMemory::total), kMega);
  text += line("  activations", min_median_max_by(memory, &PartMemory::activations), kMega);
  text += line("  scratch", min_median_max_by(memory, &PartMemory::scratch), kMega);
  text += line("  exchanges", min_median_max_by(memory, &PartMemory::exchanges), kMega);
  text += line("  input, read ahead", min_median_max_by(memory, &PartMemory::input), kMega);
  text += line("  parameters", min_median_max_by(memory, &PartMemory::parameters), kMega);
  text += line("  gradients", min_median_max_by(memory, &PartMemory::gradients), kMega);
  text += line("  optimizer", min_median_max_by(memory, &PartMemory::optimizer), kMega);
  return text;
}

std::string summary_text(const RunPlan& plan) {
  const ExposedFraction exposed = plan.exposed_fraction();
  return fmt::format(
      "\n{:.3f} MB of gradients in {} all-reduces\n"
      "not hidden by the order of the program: {:.1f} % of the bytes exchanged, {:.1f} % of those reduced, "
      "{:.1f} % of all\n"
      "load imbalance (most work / mean) {:.4f}; efficiency at most {:.2f} %, by work alone\n",
      static_cast<double>(plan.reduced_bytes()) / 1e6, plan.partition.buckets.size(), 100 * exposed.exchange,
      100 * exposed.reduction, 100 * exposed.all, plan.load_imbalance(), 100 * plan.efficiency_bound());
}

}  // namespace

json to_json(const RunPlan& plan) {
  const PartitionPlan& partition = plan.partition;
  json layers = json::array();
  for (const PlannedNode& node : partition.nodes) layers.push_back(layer_json(node));
  const ExposedFraction exposed = plan.exposed_fraction();
  json all = {
      {"batch",
       {{"global", plan.batch.global}, {"replica", plan.batch.replica}, {"passes", plan.batch.passes}}},
      {"layers", layers},
      {"parts", parts_json(plan)},
      {"all_reduces", all_reduces_json(partition)},
      {"reduced_bytes", plan.reduced_bytes()},
      {"parameter_bytes", partition.parameter_bytes},
      {"gradient_bytes", partition.gradient_bytes},
      {"optimizer_bytes", plan.optimizer_bytes},
      {"memory_bytes", to_json(min_median_max_by(plan.memory(), &PartMemory::total))},
      {"training_flop", to_json(min_median_max(partition.part_flop()))},
      {"whole_training_flop", partition.training_flop},
      {"exposed_share",
       {{"exchange", exposed.exchange}, {"reduction", exposed.reduction}, {"all", exposed.all}}},
      {"load_imbalance", plan.load_imbalance()},
      {"efficiency_bound", plan.efficiency_bound()},
  };
  add_grid(all, partition.grid);
  return all;
}

std::string to_string(const RunPlan& plan) {
  const int axes = plan.partition.nodes.front().shape.space.d == 1 ? 2 : 3;
  const std::string passes =
      plan.batch.passes == 1
          ? ""
          : fmt::format(", in {} passes; the figures are those of one pass", plan.batch.passes);
  std::string text =
      fmt::format("{}; a batch of {}, {} a replica{}\n\n", grid_text(plan.partition.grid, axes),
                  plan.batch.global, plan.batch.replica, passes);
  const std::size_t name_width = longest_name(plan.partition.nodes);
  text += fmt::format("{:<{}} {:<17} {:<34} {:>10} {:>9} {:>9} {:>5}  {}\n", "layer", name_width, "output",
                      "owned by a part", "GFLOP", "MB there", "MB back", "msgs", "not hidden");
  for (const PlannedNode& node : plan.partition.nodes) text += layer_text(node, name_width);
  text += "Of a step, by the part with most; MB sent forward (there) and backward (back), messages of both\n";
  return text + parts_text(plan) + summary_text(plan);
}

}  // namespace tessera
