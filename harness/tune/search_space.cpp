#include "harness/tune/search_space.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

#include "harness/config/config_schema.hpp"
#include "harness/config/config_yaml.hpp"
#include "harness/config/nearest_name.hpp"
#include "harness/config/read_sections.hpp"
#include "io/files/checksum.hpp"
#include "models/base/error.hpp"
#include "models/base/random.hpp"

namespace tessera {
namespace {

constexpr const char* kForms =
    "write {uniform: [LOW, HIGH]}, {log_uniform: [LOW, HIGH]}, {integer: [LOW, HIGH], step: N} or {choice: "
    "[VALUE, ...]}";
// Keys that a search has its own use for.
constexpr std::array<std::pair<const char*, const char*>, 4> kOwn{
    {{"output_dir", "each trial has its own"},
     {"data.n_epochs", "it is the budget of trials: give --max-epochs"},
     {"train.seed", "all trials have the same: give --seed"},
     {"model.name", "trials of different benchmarks can't be compared"}}};

std::int64_t count_of(const IntegerRange& range) {
  return (range.high - range.low) / range.step + 1;
}

// With a point or an exponent, so that a key of whole numbers never takes it.
std::string real_text(double value) {
  std::string text = fmt::format("{}", value);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

// Of six digits: no search tells values apart that are nearer to each other.
std::string drawn(const RealRange& range, double u) {
  const auto& [low, high, logarithmic] = range;
  const double value = logarithmic ? low * std::pow(high / low, u) : low + (high - low) * u;
  return real_text(std::clamp(std::stod(fmt::format("{:.6g}", value)), low, high));
}

// u is below 1, but its product with a large count may be rounded up to it.
std::int64_t index_of(double u, std::int64_t count) {
  return std::min(static_cast<std::int64_t>(u * static_cast<double>(count)), count - 1);
}

std::string drawn(const IntegerRange& range, double u) {
  return std::to_string(range.low + range.step * index_of(u, count_of(range)));
}

std::string drawn(const OneOf& choices, double u) {
  return choices
      .values[static_cast<std::size_t>(index_of(u, static_cast<std::int64_t>(choices.values.size())))];
}

/// What a key of the space says, and what it may say. Borrows all.
class KeyReader {
 public:
  KeyReader(const ConfigNode& node, const ConfigNode& configuration, const std::vector<Section>& schema)
      : node_(node), configuration_(configuration), field_(field_at(schema, node.key, node.where)) {
    for (const auto& [own, why] : kOwn)
      if (node_.key == own)
        refuse(fmt::format("{} can't be searched over: {}", node_.key, why),
               fmt::format("remove {} from the space", node_.key));
    if (!field_.write)
      refuse(fmt::format("{} has no effect, so that there is nothing to search for", node_.key),
             fmt::format("remove {} from the space", node_.key));
  }

  SearchedKey read() const {
    const ConfigNode& form = distribution();
    if (form.key == "uniform") return {node_.key, real(form, false)};
    if (form.key == "log_uniform") return {node_.key, real(form, true)};
    if (form.key == "integer") return {node_.key, integers(form)};
    return {node_.key, choices(form)};
  }

 private:
  [[noreturn]] void refuse(const std::string& problem, const std::string& fix) const {
    throw InputError(problem, node_.where, fix);
  }

  // The one there is; beside `integer` there may be a step.
  const ConfigNode& distribution() const {
    const std::vector<std::string> known = {"uniform", "log_uniform", "integer", "choice"};
    const ConfigNode* found = nullptr;
    for (const ConfigNode& part : node_.children) {
      const bool is_step = part.key == "step" && node_.find("integer") != nullptr;
      if (is_step) continue;
      if (std::ranges::find(known, part.key) == known.end()) {
        const auto nearest = nearest_name(part.key, known);
        refuse(fmt::format("{} has '{}', which is no distribution", node_.key, part.key),
               nearest ? fmt::format("did you mean '{}'?", *nearest) : kForms);
      }
      if (found) refuse(fmt::format("{} has two distributions", node_.key), "keep one of the two");
      found = &part;
    }
    if (node_.kind != ConfigNode::Kind::Map || !found)
      refuse(fmt::format("{} is {}, which is no distribution", node_.key, to_string(node_)), kForms);
    return *found;
  }

  template <class T>
  std::pair<T, T> ends(const ConfigNode& form) const {
    const auto values = read_value(form, ValueType<std::vector<T>>{});
    if (!values || values->size() != 2)
      refuse(fmt::format("{} is {} of {}, expected two {}", node_.key, form.key, to_string(form),
                         std::is_integral_v<T> ? "whole numbers" : "numbers"),
             kForms);
    if (!((*values)[0] < (*values)[1]))
      refuse(fmt::format("{} is {} of the empty range {}", node_.key, form.key, to_string(form)),
             "give the lower end first, and a higher one");
    return {(*values)[0], (*values)[1]};
  }

  bool takes(const std::string& yaml) const {
    ConfigNode tree = configuration_;
    apply_override(tree, node_.key + "=" + yaml);
    const std::size_t dot = node_.key.find('.');
    const ConfigNode* section = dot == std::string::npos ? &tree : tree.find(node_.key.substr(0, dot));
    return field_.read(*section->find(field_.key));
  }

  // The field that is the key, or has it inside, must take what may be drawn.
  void check(const std::string& yaml) const {
    bool taken = false;
    try {
      taken = takes(yaml);
    } catch (const InputError& error) {  // which is said of an override
      refuse(error.problem(), error.fix());
    }
    if (!taken)
      refuse(fmt::format("{} could be {}, expected {}", node_.key, yaml, field_.expects),
             fmt::format("draw {} from {} alone{}", node_.key, field_.expects,
                         field_.why.empty() ? "" : fmt::format(" ({})", field_.why)));
  }

  RealRange real(const ConfigNode& form, bool logarithmic) const {
    const auto [low, high] = ends<double>(form);
    if (logarithmic && low <= 0)
      refuse(fmt::format("{} is log_uniform from {}, which has no logarithm", node_.key, low),
             "begin above 0, or write uniform");
    check(real_text(low));
    check(real_text(high));
    return {low, high, logarithmic};
  }

  IntegerRange integers(const ConfigNode& form) const {
    constexpr std::int64_t kMostLookedAt = 4096;
    const auto [low, high] = ends<std::int64_t>(form);
    check(std::to_string(low));
    IntegerRange range{low, high, 1};
    if (const ConfigNode* step = node_.find("step")) {
      range.step = read_value(*step, ValueType<std::int64_t>{}).value_or(0);
      if (range.step < 1 || range.step > high - low)
        refuse(fmt::format("{} has the step {}, expected a whole number from 1 to {}", node_.key,
                           to_string(*step), high - low),
               "give a step within the range");
    }
    check(std::to_string(low + (count_of(range) - 1) * range.step));
    for (std::int64_t i = 1; i < std::min(count_of(range), kMostLookedAt); ++i)
      check(std::to_string(low + i * range.step));
    return range;
  }

  OneOf choices(const ConfigNode& form) const {
    if (form.kind != ConfigNode::Kind::Sequence || form.children.empty())
      refuse(fmt::format("{} is choice of {}, expected a list of values", node_.key, to_string(form)),
             kForms);
    OneOf choices;
    for (const ConfigNode& value : form.children) {
      choices.values.push_back(to_yaml_line(value));
      check(choices.values.back());
    }
    return choices;
  }

  const ConfigNode& node_;
  const ConfigNode& configuration_;
  const Field& field_;
};

}  // namespace

std::vector<DrawnValue> SearchSpace::draw(std::uint64_t seed, std::int64_t trial) const {
  std::vector<DrawnValue> values;
  for (const SearchedKey& key : keys) {
    const RandomStream stream{seed, Purpose::SearchSpace, static_cast<std::uint64_t>(trial),
                              checksum(std::as_bytes(std::span(key.path)))};
    values.push_back(
        {key.path, std::visit([&](const auto& form) { return drawn(form, stream.uniform(0)); }, key.values)});
  }
  return values;
}

SearchSpace parse_space(std::string_view yaml, const std::string& source, const Config& config,
                        const ConfigNode& configuration) {
  const ConfigNode tree = parse_tree(yaml, source);
  if (tree.kind != ConfigNode::Kind::Map || tree.children.empty())
    throw InputError("the space has no keys", source,
                     "write lines such as `lr_schedule.lr: {log_uniform: "
                     "[1e-4, 1e-1]}`");
  Config scratch = config;  // fields are tied to members, which they write
  const std::vector<Section> schema = config_schema(scratch);
  SearchSpace space;
  for (const ConfigNode& node : tree.children)
    space.keys.push_back(KeyReader(node, configuration, schema).read());
  return space;
}

nlohmann::json to_json(const SearchSpace& space) {
  nlohmann::json json = nlohmann::json::array();
  for (const auto& [path, values] : space.keys) {
    nlohmann::json& into = json.emplace_back(nlohmann::json{{"key", path}});
    if (const auto* real = std::get_if<RealRange>(&values)) {
      into[real->logarithmic ? "log_uniform" : "uniform"] = {real->low, real->high};
    } else if (const auto* integers = std::get_if<IntegerRange>(&values)) {
      into["integer"] = {integers->low, integers->high};
      into["step"] = integers->step;
    } else {
      into["choice"] = std::get<OneOf>(values).values;
    }
  }
  return json;
}

}  // namespace tessera
