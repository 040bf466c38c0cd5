#include "results/study/study.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "models/base/error.hpp"
#include "results/log/optional_json.hpp"

namespace tessera {
namespace {

using nlohmann::json;

/// Grows where a key changes its meaning; keys that are added don't count.
constexpr int kSchemaVersion = 1;

constexpr std::array<std::pair<StudyMode, std::string_view>, 4> kModes{{
    {StudyMode::Strong, "strong"},
    {StudyMode::WeakReplica, "weak_replica"},
    {StudyMode::WeakRank, "weak_rank"},
    {StudyMode::WeakVolume, "weak_volume"},
}};

constexpr std::array<std::pair<StudyInput, std::string_view>, 3> kInputs{{
    {StudyInput::DataSet, "data_set"},
    {StudyInput::Cycled, "cycled"},
    {StudyInput::Synthetic, "synthetic"},
}};

template <class Value, std::size_t N>
Value value_named(const std::array<std::pair<Value, std::string_view>, N>& names, std::string_view name,
                  const std::string& key) {
  const auto found = std::ranges::find(names, name, &std::pair<Value, std::string_view>::second);
  if (found == names.end())
    throw std::out_of_range(key + " is " + std::string(name) + ", which is none of a study's");
  return found->first;
}

template <class Value, std::size_t N>
std::string name_among(const std::array<std::pair<Value, std::string_view>, N>& names, Value value) {
  return std::string(std::ranges::find(names, value, &std::pair<Value, std::string_view>::first)->second);
}

json to_json(const StudyLayout& layout) {
  return {{"mode", to_string(layout.mode)},
          {"ranks", layout.ranks},
          {"threads", layout.threads},
          {"split", {{"depth", layout.depth}, {"height", layout.height}, {"width", layout.width}}},
          {"global_batch", layout.global_batch},
          {"extents", layout.extents}};
}

/// What is divided by is above 0: a file may have been written by hand.
template <class T>
void must_be_positive(const std::vector<T>& values, const char* what) {
  if (std::ranges::any_of(values, [](T value) { return !(value > 0); }))
    throw std::out_of_range(std::string(what) + " must be above 0");
}

StudyLayout layout_of(const json& object) {
  const json& split = object.at("split");
  StudyLayout layout{.mode = value_named(kModes, object.at("mode").get<std::string>(), "mode"),
                     .ranks = object.at("ranks"),
                     .threads = object.at("threads"),
                     .depth = split.at("depth"),
                     .height = split.at("height"),
                     .width = split.at("width"),
                     .global_batch = object.at("global_batch"),
                     .extents = object.at("extents").get<std::vector<std::int64_t>>()};
  must_be_positive<std::int64_t>(
      {layout.ranks, layout.threads, layout.depth, layout.height, layout.width, layout.global_batch},
      "numbers of a layout");
  must_be_positive(layout.extents, "extents");
  for (const int parts : {layout.depth, layout.height, layout.width})
    if (parts > layout.ranks) throw std::out_of_range("a split can't have more parts than there are ranks");
  if (static_cast<std::int64_t>(layout.depth) * layout.height > layout.ranks ||
      layout.ranks % layout.parts() != 0)
    throw std::out_of_range("ranks must be a multiple of the parts of a split");
  return layout;
}

json to_json(const RankSeconds& rank) {
  return {{"step", rank.step},
          {"compute", rank.compute},
          {"exposed_exchange", rank.exposed_exchange},
          {"exposed_reduction", rank.exposed_reduction},
          {"exposed_input", rank.exposed_input},
          {"compute_cpu", rank.compute_cpu}};
}

RankSeconds rank_of(const json& object) {
  return {.step = object.at("step"),
          .compute = object.at("compute"),
          .exposed_exchange = object.at("exposed_exchange"),
          .exposed_reduction = object.at("exposed_reduction"),
          .exposed_input = object.at("exposed_input"),
          .compute_cpu = object.at("compute_cpu")};
}

json to_json(const StudyVerification& verification) {
  return {{"loss_residual", verification.loss_residual},
          {"gradient_residual", verification.gradient_residual},
          {"bound", verification.bound}};
}

// A residual that isn't finite is null in JSON.
StudyVerification verification_of(const json& object) {
  const auto residual = [&](const char* key) {
    return optional_at<double>(object, key).value_or(std::numeric_limits<double>::infinity());
  };
  return {.loss_residual = residual("loss_residual"),
          .gradient_residual = residual("gradient_residual"),
          .bound = object.at("bound")};
}

json to_json(const StudyMeasurement& measured) {
  json ranks = json::array();
  for (const RankSeconds& rank : measured.ranks) ranks.push_back(to_json(rank));
  json solution;
  if (measured.solution) {
    solution = {{"seconds", measured.solution->seconds},
                {"epochs", measured.solution->epochs},
                {"reached", measured.solution->reached}};
  }
  return {{"step_seconds", measured.step_seconds},
          {"rank_seconds", ranks},
          {"ideal_step_seconds", or_null(measured.ideal_step_seconds)},
          {"nodes", measured.nodes},
          {"training_flop_a_sample", measured.training_flop_a_sample},
          {"peak_memory_bytes", measured.peak_memory_bytes},
          {"joules_a_step", or_null(measured.joules_a_step)},
          {"solution", solution},
          {"input", to_string(measured.input)},
          {"verification", measured.verification ? to_json(*measured.verification) : json()}};
}

StudyMeasurement measurement_of(const json& object) {
  StudyMeasurement measured{
      .step_seconds = object.at("step_seconds").get<std::vector<double>>(),
      .ranks = {},
      .ideal_step_seconds = optional_at<double>(object, "ideal_step_seconds"),
      .nodes = object.at("nodes"),
      .training_flop_a_sample = object.at("training_flop_a_sample"),
      .peak_memory_bytes = object.at("peak_memory_bytes").get<std::vector<std::int64_t>>(),
      .joules_a_step = optional_at<double>(object, "joules_a_step"),
      .solution = {},
      .input = value_named(kInputs, object.value("input", "data_set"), "input"),
      .verification = {}};
  if (measured.step_seconds.empty()) throw std::out_of_range("step_seconds of a measurement has no repeat");
  must_be_positive(measured.step_seconds, "step_seconds");
  for (const json& rank : object.at("rank_seconds")) measured.ranks.push_back(rank_of(rank));
  if (const json& solution = object.at("solution"); !solution.is_null()) {
    measured.solution = {.seconds = solution.at("seconds"),
                         .epochs = solution.at("epochs"),
                         .reached = solution.at("reached")};
  }
  if (const json verification = object.value("verification", json()); !verification.is_null())
    measured.verification = verification_of(verification);
  return measured;
}

json to_json(const StudyPoint& point) {
  return {{"layout", to_json(point.layout)},
          {"name", point.name},
          {"measurement", point.measurement ? to_json(*point.measurement) : json()},
          {"failure", point.failure},
          {"predicted_step_seconds", or_null(point.predicted_step_seconds)}};
}

StudyPoint point_of(const json& object) {
  StudyPoint point{.layout = layout_of(object.at("layout")),
                   .name = object.at("name"),
                   .measurement = {},
                   .failure = object.at("failure"),
                   .predicted_step_seconds = optional_at<double>(object, "predicted_step_seconds")};
  if (const json& measured = object.at("measurement"); !measured.is_null())
    point.measurement = measurement_of(measured);
  return point;
}

Study read_study(const json& object) {
  if (object.at("schema_version") != kSchemaVersion)
    throw std::out_of_range("schema_version isn't " + std::to_string(kSchemaVersion));
  Study study{.benchmark = object.at("benchmark"),
              .element = object.at("element"),
              .system = object.at("system"),
              .processor = object.at("processor"),
              .mpi = object.at("mpi"),
              .library = object.at("library"),
              .version = object.at("version"),
              .steps = object.at("steps"),
              .repeats = object.at("repeats"),
              .peak_flop_a_core = optional_at<double>(object, "peak_flop_a_core"),
              .peak_source = object.at("peak_source"),
              .points = {}};
  for (const json& point : object.at("points")) study.points.push_back(point_of(point));
  return study;
}

}  // namespace

std::string to_string(StudyMode mode) {
  return name_among(kModes, mode);
}

std::string to_string(StudyInput input) {
  return name_among(kInputs, input);
}

json to_json(const Study& study) {
  json points = json::array();
  for (const StudyPoint& point : study.points) points.push_back(to_json(point));
  return {{"schema_version", kSchemaVersion},
          {"benchmark", study.benchmark},
          {"element", study.element},
          {"system", study.system},
          {"processor", study.processor},
          {"mpi", study.mpi},
          {"library", study.library},
          {"version", study.version},
          {"steps", study.steps},
          {"repeats", study.repeats},
          {"peak_flop_a_core", or_null(study.peak_flop_a_core)},
          {"peak_source", study.peak_source},
          {"points", points}};
}

Study study_of_json(const json& object, const std::string& where) {
  Study study;
  try {
    study = read_study(object);
  } catch (const std::exception& e) {
    throw InputError(std::string("not a study as this program writes it: ") + e.what(), where,
                     "Name the directory or the study.json that `tessera study` wrote.");
  }
  return study;
}

}  // namespace tessera
