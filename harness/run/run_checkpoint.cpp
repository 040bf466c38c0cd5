#include "harness/run/run_checkpoint.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cstring>
#include <span>
#include <system_error>

#include "harness/config/config_difference.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::int64_t kFormat = 4;

// Columns of the tables history, epoch_under_way and seconds.
using EpochRow = std::array<double, 8>;
using TimesRow = std::array<double, 5>;

EpochRow row_of(const EpochRecord& e) {
  return {static_cast<double>(e.epoch),
          e.learning_rate,
          e.loss,
          e.validation_loss,
          e.metric,
          e.training_seconds,
          e.evaluation_seconds,
          e.samples_per_second};
}
EpochRecord record_of(const EpochRow& row) {
  return {static_cast<std::int64_t>(row[0]), row[1], row[2], row[3], row[4], row[5], row[6], row[7]};
}
TimesRow row_of(const TrainingTimes& t) {
  return {t.steps, t.exposed_input, t.exposed_exchange, t.exposed_reduction, t.evaluation};
}
TrainingTimes times_of(const TimesRow& row) {
  return {row[0], row[1], row[2], row[3], row[4]};
}

template <class Row>
CheckpointTensor table(const std::vector<Row>& rows) {
  const auto bytes = std::as_bytes(std::span(rows));
  return owning_tensor(
      {static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(std::tuple_size_v<Row>)},
      Element::F64, {bytes.begin(), bytes.end()});
}

InputError contradiction(const std::string& what, const fs::path& file) {
  return {what, file.string(), "name a checkpoint as the program wrote it"};
}

template <class Row>
std::vector<Row> rows_of(const Checkpoint& checkpoint, const std::string& name, const fs::path& file) {
  const auto found = checkpoint.tensors.find(name);
  if (found == checkpoint.tensors.end())
    throw contradiction(fmt::format("the checkpoint lacks the data set '{}'", name), file);
  const CheckpointTensor& tensor = found->second;
  if (tensor.element != Element::F64 || tensor.dims.size() != 2 ||
      tensor.dims[1] != static_cast<std::int64_t>(std::tuple_size_v<Row>))
    throw contradiction(fmt::format("the data set '{}' of the checkpoint is no table of {} columns", name,
                                    std::tuple_size_v<Row>),
                        file);
  std::vector<Row> rows(static_cast<std::size_t>(tensor.dims[0]));
  if (!rows.empty()) std::memcpy(rows.data(), tensor.values.data(), tensor.values.size());
  return rows;
}

constexpr const char* kElementKey = "/compute/element";

std::string element_of(const json& configuration) {
  return configuration.value(json::json_pointer(kElementKey), name_of(Element::F32));
}
// Whether only tensors beside the parameters differ: no checkpoint holds those.
bool is_change_of_activations(const std::string& then, const std::string& now) {
  const std::optional<Element> before = element_named(then), after = element_named(now);
  return before != after && before && after && wide(*before) == wide(*after);
}

// Older checkpoints lack it: all was in the element of the parameters then.
std::vector<PrecisionSince> precisions_of(const Checkpoint& checkpoint, const fs::path& file) {
  if (!checkpoint.attributes.contains("precision")) {
    const json configuration = json::parse(text_of(checkpoint, "configuration", file), nullptr, false);
    const Element parameters = wide(element_named(element_of(configuration)).value_or(Element::F32));
    return {{0, {parameters, parameters}}};
  }
  const auto precisions =
      precisions_from_json(json::parse(text_of(checkpoint, "precision", file), nullptr, false));
  if (!precisions) throw contradiction("the checkpoint's attribute 'precision' is no list of them", file);
  return *precisions;
}

void check_format(const Checkpoint& checkpoint, const fs::path& file) {
  const std::int64_t format = integer_of(checkpoint, "format", file);
  if (format != kFormat)
    throw InputError(
        fmt::format("the checkpoint has format version {}, this program reads {}", format, kFormat),
        file.string(), "use the version of the program that wrote it");
}

// A path in it may hold bytes that aren't UTF-8, which are replaced.
std::string text_of_configuration(const json& configuration) {
  return configuration.dump(-1, ' ', false, json::error_handler_t::replace);
}

// Of the section "compute".
std::string computed_with(const char* key, const json& configuration) {
  return configuration.value(json::json_pointer(std::string("/compute/") + key), "");
}

template <class T>
void broadcast_rows(const Communicator& world, std::vector<T>& rows) {
  rows.resize(static_cast<std::size_t>(world.max(static_cast<std::int64_t>(rows.size()))));
  world.broadcast(std::as_writable_bytes(std::span(rows)), 0);
}

}  // namespace

Checkpoint make_checkpoint(const RunIdentity& identity, const RunPosition& position) {
  Checkpoint checkpoint;
  checkpoint.attributes = {{"format", kFormat},
                           {"tessera_version", identity.version},
                           {"configuration", text_of_configuration(identity.configuration)},
                           {"data_set", identity.data_set},
                           {"seed", static_cast<std::int64_t>(identity.seed)},
                           {"global_batch", identity.global_batch},
                           {"kept_axes", identity.kept_axes},
                           {"drawn_from", identity.drawn_from},
                           {"normalized_samples", identity.normalized_samples},
                           {"ranks", identity.ranks},
                           {"split", identity.split},
                           {"threads", identity.threads},
                           {"precision", to_json(position.precisions).dump()},
                           {"epoch", static_cast<std::int64_t>(position.epochs.size())},
                           {"step_of_epoch", position.step_of_epoch},
                           {"step", position.steps}};
  std::vector<EpochRow> history;
  for (const EpochRecord& record : position.epochs) history.push_back(row_of(record));
  std::vector<TimesRow> times;
  for (const TrainingTimes& of_rank : position.times) times.push_back(row_of(of_rank));
  checkpoint.tensors["history"] = table(history);
  checkpoint.tensors["epoch_under_way"] = table<EpochRow>({row_of(position.under_way)});
  checkpoint.tensors["seconds/ranks"] = table(times);
  checkpoint.tensors["seconds/init"] = table<std::array<double, 1>>({{position.init_seconds}});
  return checkpoint;
}

void write_run_checkpoint(const fs::path& directory, const Checkpoint& checkpoint,
                          const std::function<void()>& moved) {
  const fs::path current = directory / kCheckpointName, previous = directory / kPreviousCheckpointName;
  // A second name first, so that the first never goes; where a file system has no links, a moment without it.
  const fs::path second = previous.string() + ".partial";
  std::error_code error;
  fs::remove(second, error);
  fs::create_hard_link(current, second, error);
  fs::rename(error ? current : second, previous, error);
  // A run killed at this place leaves both names on one file, between which renaming does nothing.
  fs::remove(second, error);
  write_checkpoint(current, checkpoint, moved);
}

Checkpoint read_run_checkpoint(const fs::path& file) {
  Checkpoint checkpoint = read_checkpoint(file);
  check_format(checkpoint, file);
  return checkpoint;
}

bool is_sound(const fs::path& file) {
  try {
    read_checkpoint(file);
    return true;
  } catch (const Error&) {
    return false;
  }
}

Checkpoint read_checkpoint_to_resume(const fs::path& directory, const std::string& name) {
  const fs::path file = directory / name, previous = directory / kPreviousCheckpointName;
  try {
    if (!fs::exists(file))
      throw InputError("there is no checkpoint to go on from", file.string(),
                       "begin the run without --resume, or correct --output");
    return read_run_checkpoint(file);
  } catch (const InputError& error) {
    if (name == kPreviousCheckpointName || !is_sound(previous)) throw;
    throw InputError(error.problem(), error.where(),
                     fmt::format("{}; or go on from the one before, which is sound: --resume={}", error.fix(),
                                 kPreviousCheckpointName));
  }
}

void check_same_run(const Checkpoint& checkpoint, const fs::path& file, const RunIdentity& now,
                    bool allow_element_change) {
  json then = json::parse(text_of(checkpoint, "configuration", file), nullptr, false);
  if (!then.is_object()) throw contradiction("the checkpoint's configuration is not JSON", file);
  const std::string element_then = element_of(then), element_now = element_of(now.configuration);
  const bool element_may_change = is_change_of_activations(element_then, element_now);
  if (element_may_change && allow_element_change) then[json::json_pointer(kElementKey)] = element_now;
  std::vector<std::string> wrong =
      config_differences(then, json::parse(text_of_configuration(now.configuration)));
  const auto seed = static_cast<std::uint64_t>(integer_of(checkpoint, "seed", file));
  const std::int64_t batch = integer_of(checkpoint, "global_batch", file);
  const std::int64_t normalized = integer_of(checkpoint, "normalized_samples", file);
  const std::string kept_axes = text_of(checkpoint, "kept_axes", file);
  const std::string drawn_from = text_of(checkpoint, "drawn_from", file);
  const std::string data_set = text_of(checkpoint, "data_set", file);
  if (seed != now.seed && wrong.empty())
    wrong.push_back(fmt::format("seed: {} then, {} now", seed, now.seed));
  if (batch != now.global_batch)
    wrong.push_back(fmt::format("global batch: {} samples then, {} now", batch, now.global_batch));
  if (normalized != now.normalized_samples)
    wrong.push_back(fmt::format("samples over which batch statistics are taken: {} then, {} now", normalized,
                                now.normalized_samples));
  if (kept_axes != now.kept_axes)
    wrong.push_back(
        fmt::format("split axes, which augmentation keeps: {} then, {} now", kept_axes, now.kept_axes));
  if (drawn_from != now.drawn_from)
    wrong.push_back(
        fmt::format("nodes of the replicas, each of which draws from its node's samples: {} then, {} now",
                    drawn_from, now.drawn_from));
  if (data_set != now.data_set)
    wrong.push_back(
        fmt::format("checksum of the data set's manifest: {} then, {} now", data_set, now.data_set));
  std::string fix = "give what the interrupted run was given, or begin another run with another --output";
  if (element_may_change && !allow_element_change)
    fix += fmt::format("; to go on in {} from what was trained in {}, give --allow-element-change",
                       element_now, element_then);
  if (!wrong.empty())
    throw InputError(fmt::format("the checkpoint is of another run: {}", fmt::join(wrong, "; ")),
                     file.string(), fix);
}

std::vector<std::string> differences_of_bits(const Checkpoint& checkpoint, const fs::path& file,
                                             const RunIdentity& now) {
  std::vector<std::string> differences;
  const auto compare = [&](const auto& then, const auto& current, const char* what) {
    if (then != current) differences.push_back(fmt::format("{} {} then, {} now", what, then, current));
  };
  compare(integer_of(checkpoint, "ranks", file), now.ranks, "ranks");
  compare(text_of(checkpoint, "split", file), now.split, "split");
  compare(integer_of(checkpoint, "threads", file), now.threads, "threads a rank");
  compare(text_of(checkpoint, "tessera_version", file), now.version, "tessera");
  const json then = json::parse(text_of(checkpoint, "configuration", file), nullptr, false);
  for (const char* const key : {"convolution", "overlap"})
    compare(computed_with(key, then), computed_with(key, now.configuration), key);
  return differences;
}

RunPosition position_of(const Checkpoint& checkpoint, const fs::path& file) {
  RunPosition position;
  for (const EpochRow& row : rows_of<EpochRow>(checkpoint, "history", file))
    position.epochs.push_back(record_of(row));
  for (const TimesRow& row : rows_of<TimesRow>(checkpoint, "seconds/ranks", file))
    position.times.push_back(times_of(row));
  position.precisions = precisions_of(checkpoint, file);
  const auto under_way = rows_of<EpochRow>(checkpoint, "epoch_under_way", file);
  const auto init = rows_of<std::array<double, 1>>(checkpoint, "seconds/init", file);
  position.step_of_epoch = integer_of(checkpoint, "step_of_epoch", file);
  position.steps = integer_of(checkpoint, "step", file);
  const auto epochs = static_cast<std::int64_t>(position.epochs.size());
  if (under_way.size() != 1 || init.size() != 1 || position.times.empty() || position.step_of_epoch < 0 ||
      position.steps < position.step_of_epoch || epochs != integer_of(checkpoint, "epoch", file))
    throw contradiction("the checkpoint's step, epoch and history disagree", file);
  position.under_way = record_of(under_way.front());
  position.init_seconds = init.front()[0];
  return position;
}

void broadcast(const Communicator& world, RunPosition& position) {
  broadcast_rows(world, position.epochs);
  broadcast_rows(world, position.times);
  broadcast_rows(world, position.precisions);
  const auto share = [&](auto& value) { world.broadcast(std::as_writable_bytes(std::span(&value, 1)), 0); };
  share(position.under_way);
  share(position.step_of_epoch);
  share(position.steps);
  share(position.init_seconds);
}

}  // namespace tessera
