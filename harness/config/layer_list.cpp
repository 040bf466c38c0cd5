#include "harness/config/layer_list.hpp"

#include <algorithm>
#include <utility>

#include "models/base/error.hpp"

namespace tessera {
namespace {

using nlohmann::json;
using sequential::Activation;
using sequential::Padding;
using sequential::PerAxis;
using sequential::Pooling;
using What = decltype(sequential::Layer::what);

constexpr std::int64_t kMostTaps = 1024, kMostChannels = 1 << 20;

std::optional<PerAxis> per_axis_in(const ConfigNode& node, std::int64_t lowest) {
  const auto one = read_value(node, ValueType<std::int64_t>{});
  const auto numbers = one ? std::optional(PerAxis{*one}) : read_value(node, ValueType<PerAxis>{});
  const auto holds = [=](std::int64_t n) { return n >= lowest && n <= kMostTaps; };
  return numbers && !numbers->empty() && std::ranges::all_of(*numbers, holds) ? numbers : std::nullopt;
}

json json_of_axes(const PerAxis& numbers) {
  return numbers.size() == 1 ? json(numbers[0]) : json(numbers);
}

std::string expected_per_axis(std::int64_t lowest) {
  return fmt::format("a whole number from {} to {}, or a list of them, one for each axis", lowest, kMostTaps);
}

Field per_axis(const std::string& key, PerAxis& target) {
  const auto read = [&target](const ConfigNode& node) {
    const auto numbers = per_axis_in(node, 1);
    if (numbers) target = *numbers;
    return numbers.has_value();
  };
  return {.key = key,
          .expects = expected_per_axis(1),
          .read = read,
          .write = [&target] { return json_of_axes(target); },
          .why = {}};
}

/// `null` means that it isn't given.
Field per_axis(const std::string& key, std::optional<PerAxis>& target) {
  const auto read = [&target](const ConfigNode& node) {
    const auto numbers = per_axis_in(node, 1);
    if (!numbers && node.kind != ConfigNode::Kind::Null) return false;
    target = numbers;
    return true;
  };
  return {.key = key,
          .expects = expected_per_axis(1),
          .read = read,
          .write = [&target] { return target ? json_of_axes(*target) : json(nullptr); },
          .why = {}};
}

Field padding(Padding& target) {
  const auto read = [&target](const ConfigNode& node) {
    const auto cells = per_axis_in(node, 0);
    if (!cells && node.scalar != "same" && node.scalar != "valid") return false;
    target = cells ? Padding{Padding::Kind::Cells, *cells}
                   : Padding{node.scalar == "same" ? Padding::Kind::Same : Padding::Kind::Valid};
    return true;
  };
  const auto write = [&target]() -> json {
    if (target.kind == Padding::Kind::Cells) return json_of_axes(target.cells);
    return target.kind == Padding::Kind::Same ? "same" : "valid";
  };
  return {.key = "padding",
          .expects = "valid, same, or " + expected_per_axis(0),
          .read = read,
          .write = write,
          .why = {}};
}

Field activation(Activation& target) {
  return because(choice("activation", target,
                        {{"linear", Activation::Linear},
                         {"relu", Activation::Relu},
                         {"leaky_relu", Activation::LeakyRelu},
                         {"sigmoid", Activation::Sigmoid},
                         {"tanh", Activation::Tanh},
                         {"null", Activation::Linear}}),
                 "the softmax at the end is part of softmax_cross_entropy");
}

std::string name_of(const sequential::Convolution&) {
  return "convolution";
}
std::vector<Field> fields(sequential::Convolution& layer, const std::string&) {
  return {required(field("filters", layer.filters, from(1, kMostChannels))),
          required(per_axis("kernel", layer.kernel)),
          per_axis("stride", layer.stride),
          padding(layer.padding),
          per_axis("dilation", layer.dilation),
          field("groups", layer.groups, from(1, kMostChannels)),
          field("use_bias", layer.use_bias),
          activation(layer.activation)};
}

std::string name_of(const sequential::TransposedConvolution&) {
  return "transposed_convolution";
}
std::vector<Field> fields(sequential::TransposedConvolution& layer, const std::string&) {
  return {required(field("filters", layer.filters, from(1, kMostChannels))),
          required(per_axis("kernel", layer.kernel)),
          per_axis("stride", layer.stride),
          padding(layer.padding),
          per_axis("dilation", layer.dilation),
          field("use_bias", layer.use_bias),
          activation(layer.activation)};
}

std::string name_of(const Pooling& layer) {
  return layer.kind == Pooling::Kind::Max ? "max_pooling" : "average_pooling";
}
std::vector<Field> fields(Pooling& layer, const std::string&) {
  return {per_axis("size", layer.size), per_axis("stride", layer.stride), padding(layer.padding)};
}

std::string name_of(const sequential::GlobalPooling& layer) {
  return layer.kind == Pooling::Kind::Max ? "global_max_pooling" : "global_average_pooling";
}
std::vector<Field> fields(sequential::GlobalPooling&, const std::string&) {
  return {};
}

std::string name_of(const sequential::BatchNorm&) {
  return "batch_norm";
}
std::vector<Field> fields(sequential::BatchNorm& layer, const std::string&) {
  return {field("momentum", layer.momentum, in_range(0, 1)), field("epsilon", layer.epsilon, positive())};
}

std::string name_of(const sequential::Activate& layer) {
  switch (layer.function) {
    case Activation::Relu:
      return "relu";
    case Activation::LeakyRelu:
      return "leaky_relu";
    case Activation::Sigmoid:
      return "sigmoid";
    default:
      return "tanh";
  }
}
std::vector<Field> fields(sequential::Activate& layer, const std::string&) {
  if (layer.function != Activation::LeakyRelu) return {};
  return {field("negative_slope", layer.negative_slope, in_range(0, 1))};
}

std::string name_of(const sequential::Dropout&) {
  return "dropout";
}
std::vector<Field> fields(sequential::Dropout& layer, const std::string&) {
  return {required(field("rate", layer.rate, in_range(0, 1)))};
}

std::string name_of(const sequential::Flatten&) {
  return "flatten";
}
std::vector<Field> fields(sequential::Flatten&, const std::string&) {
  return {};
}

std::string name_of(const sequential::Dense&) {
  return "dense";
}
std::vector<Field> fields(sequential::Dense& layer, const std::string&) {
  return {required(field("units", layer.units, from(1, kMostChannels))), field("use_bias", layer.use_bias),
          activation(layer.activation)};
}

std::string name_of(const sequential::Residual&) {
  return "residual";
}
std::vector<Field> fields(sequential::Residual& layer, const std::string& subject) {
  return {required(layer_list("layers", layer.layers, subject + ", layer")),
          layer_list("projection", layer.projection, subject + ", projection layer"),
          activation(layer.activation)};
}

std::string name_of(const What& what) {
  return std::visit([](const auto& layer) { return name_of(layer); }, what);
}
/// subject: of errors, "layer 4".
std::vector<Field> fields(What& what, const std::string& subject) {
  return std::visit([&](auto& layer) { return fields(layer, subject); }, what);
}

const std::vector<What>& kinds() {
  static const std::vector<What> all = {sequential::Convolution(),
                                        sequential::TransposedConvolution(),
                                        Pooling{.kind = Pooling::Kind::Max},
                                        Pooling{.kind = Pooling::Kind::Average},
                                        sequential::GlobalPooling{Pooling::Kind::Average},
                                        sequential::GlobalPooling{Pooling::Kind::Max},
                                        sequential::BatchNorm(),
                                        sequential::Activate{Activation::Relu},
                                        sequential::Activate{Activation::LeakyRelu},
                                        sequential::Activate{Activation::Sigmoid},
                                        sequential::Activate{Activation::Tanh},
                                        sequential::Dropout(),
                                        sequential::Flatten(),
                                        sequential::Dense(),
                                        sequential::Residual()};
  return all;
}

What kind_of(const ConfigNode& node, const std::string& subject) {
  std::vector<std::string> names;
  for (const What& kind : kinds()) {
    names.push_back(name_of(kind));
    if (names.back() == node.key) return kind;
  }
  refuse_key(node, fmt::format("{}: {}", subject, node.key), names);
}

void read_settings(const ConfigNode& settings, const std::string& subject, What& what) {
  using Kind = ConfigNode::Kind;
  if (settings.kind != Kind::Map && settings.kind != Kind::Null)
    throw InputError(
        fmt::format("{}: {} is {}, expected its settings", subject, name_of(what), to_string(settings)),
        settings.where, fmt::format("write `- {}: {{}}` with them in the braces", name_of(what)));
  const std::vector<Field> known = fields(what, subject);
  for (const ConfigNode& child : settings.children) {
    const auto field = std::ranges::find(known, child.key, &Field::key);
    if (field == known.end()) refuse_key(child, fmt::format("{}: {}", subject, child.key), keys_of(known));
    read_field(*field, child, fmt::format("{}: {}", subject, child.key));
  }
  for (const Field& field : known)
    if (const ConfigNode* given = settings.find(field.key);
        field.required && (given == nullptr || given->kind == Kind::Null))
      throw InputError(fmt::format("{}: {} is missing", subject, field.key), settings.where,
                       fmt::format("give {} {}, {}", name_of(what), field.key, field.expects));
}

sequential::Layer layer_in(const ConfigNode& item, const std::string& subject) {
  using Kind = ConfigNode::Kind;
  ConfigNode settings;
  if (item.kind == Kind::Scalar) {
    settings.key = item.scalar;
    settings.where = item.where;
  } else if (item.kind == Kind::Map && item.children.size() == 1) {
    settings = item.children[0];
  } else {
    throw InputError(
        fmt::format("{} is {}, expected one kind of layer with its settings", subject, to_string(item)),
        item.where, "write `- dense: {units: 10}`, or indent the settings further than the kind");
  }
  sequential::Layer layer{item.where, kind_of(settings, subject)};
  read_settings(settings, subject, layer.what);
  return layer;
}

json json_of_layer(const sequential::Layer& layer) {
  What copy = layer.what;  // the table ties keys to members that could be written
  json settings = json::object();
  for (const Field& field : fields(copy, {})) settings[field.key] = field.write();
  return {{name_of(layer.what), std::move(settings)}};
}

}  // namespace

Field layer_list(const std::string& key, std::vector<sequential::Layer>& layers, const std::string& name) {
  const auto read = [&layers, name](const ConfigNode& node) {
    if (node.kind != ConfigNode::Kind::Sequence) return false;
    layers.clear();
    for (const ConfigNode& item : node.children)
      layers.push_back(layer_in(item, fmt::format("{} {}", name, layers.size() + 1)));
    return true;
  };
  const auto write = [&layers] {
    json list = json::array();
    for (const sequential::Layer& layer : layers) list.push_back(json_of_layer(layer));
    return list;
  };
  return {.key = key, .expects = "a list of layers", .read = read, .write = write, .why = {}};
}

}  // namespace tessera
