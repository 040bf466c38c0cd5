#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/placement.hpp"
#include "models/tensor.hpp"

/// The configuration of a run: YAML with the sections and keys of the MLPerf HPC reference of CosmoFlow, so
/// that its unmodified cosmo.yaml loads, and a few keys of our own. Defaults are the reference's where it has
/// one. Members without a comment mean what they mean there. harness/config_schema.cpp is the table of all
/// keys.
namespace tessera {

enum class Augment { All, KeepSplitAxes, None };
enum class Scaling { None, Linear, Sqrt };
enum class ScheduleKind { Reference, Steps, Cosine, Constant };
enum class KernelChoice { OneDnn, Reference };

/// What is logged as submission_*. Without the section a run says of itself that it is research in the open
/// division.
struct MlperfConfig {
  std::string benchmark = "cosmoflow";
  std::string org = "UNDEFINED", platform = "UNDEFINED";
  std::string division = "open";    // open, closed
  std::string status = "research";  // cloud, onprem, preview, research
};

struct DataConfig {
  std::string name, data_dir;              // $VARIABLE and ${VARIABLE} in data_dir are expanded
  std::int64_t n_train = 0, n_valid = 0;   // samples
  std::vector<std::int64_t> sample_shape;  // D, H, W, C
  std::optional<std::int64_t> batch_size;  // samples a replica and step
  std::optional<std::int64_t>
      global_batch_size;      // ours: samples of all replicas a step; see harness/batch_size.hpp
  std::int64_t n_epochs = 0;  // at most
  std::int64_t prefetch = 4;  // batches read ahead
  bool standardize = false;   // ours: (log(1 + x) - mean) / deviation, by channel, from the manifest
  // Ours: random cube symmetries of training samples. As long as no axis is split, KeepSplitAxes is All.
  Augment augment = Augment::None;
};

struct ModelConfig {
  std::string name;
  std::vector<std::int64_t> input_shape;  // D, H, W, C; data.sample_shape when not given
  std::int64_t kernel_size = 3;
  std::int64_t n_conv_layers = 5;  // each halves D, H, W
  std::int64_t conv_size = 32;     // filters of the first, doubled by each that follows
  std::int64_t fc1_size = 128, fc2_size = 64, target_size = 4;
  double l2 = 0.0;  // on the kernels of the two hidden dense layers: adds the gradient of l2 * sum of
                    // squares; the losses that are reported leave this penalty out
  double dropout = 0.5;
};

struct OptimizerConfig {
  std::string name;
  double momentum = 0.0;
};

/// Reference: peak = base_lr * scale, scale = (global batch / base_batch_size) or its root; linear from
/// base_lr to the peak over n_warmup_epochs, constant within an epoch; then peak * factor of the last
/// boundary strictly below the epoch. Steps, Cosine, Constant (ours): lr is the peak; it warms up with every
/// step, lr * (step + 1) / (steps of the warm-up). Steps: from epoch e (counted from 0) on, lr *
/// decay_epochs[e]. Cosine: to zero at the end of cosine_epochs.
struct LrScheduleConfig {
  ScheduleKind schedule = ScheduleKind::Reference;
  double base_lr = 0.0;
  Scaling scaling = Scaling::None;
  std::optional<std::int64_t> base_batch_size;
  std::int64_t n_warmup_epochs = 0;
  std::map<std::int64_t, double> decay_schedule;  // epoch -> factor, relative to the peak
  double lr = 0.0;
  std::optional<std::int64_t> n_warmup_steps;   // in place of n_warmup_epochs
  std::map<std::int64_t, double> decay_epochs;  // epoch -> factor, relative to the peak
  std::optional<std::int64_t> cosine_epochs;
};

struct TrainConfig {
  std::optional<std::int64_t> early_stopping_patience;  // epochs without a validation loss lower by 1e-5
  double target_mae = 0.124;  // the run ends when the mean absolute error of validation is at most this
  std::int64_t seed = 0;      // ours: `--seed` wins over it
};

struct ComputeConfig {       // ours
  std::int64_t threads = 0;  // of a rank; 0: its share of the cores
  KernelChoice kernels = KernelChoice::OneDnn;
  Element element = Element::F32;   // of tensors and parameters; float64 with the reference kernels alone
  Overlap overlap = Overlap::Auto;  // of a split sample's halos with what doesn't read them; `--overlap` wins

  std::optional<int> fixed_threads() const {
    return threads > 0 ? std::optional(static_cast<int>(threads)) : std::nullopt;
  }
};

struct Config {
  std::string output_dir;  // expanded as data_dir is; empty when neither the file nor `--output` names one
  MlperfConfig mlperf;
  DataConfig data;
  ModelConfig model;
  OptimizerConfig optimizer;
  LrScheduleConfig lr_schedule;
  TrainConfig train;
  ComputeConfig compute;

  std::string source;  // the file it came from
  std::map<std::string, std::string>
      origins;  // "data.n_train" -> "cosmo.yaml, line 14"; only keys that were given

  bool given(const std::string& key) const { return origins.contains(key); }
  /// Where the key was given, or the file it is missing from: the `where` of an error about it.
  std::string where(const std::string& key) const { return given(key) ? origins.at(key) : source; }
};

/// Reads a configuration. `source` names the text in errors. An override is "path.to.key=value", value in
/// YAML; later ones win. Throws InputError, naming file and line or the override, for anything that is not as
/// the table of keys says: YAML that can't be read, unknown keys (with the nearest known), keys given twice,
/// wrong types, values out of range, missing keys, and values that contradict each other.
Config parse_config(std::string_view yaml, const std::string& source,
                    std::span<const std::string> overrides = {});

/// The same from a file; a file that can't be read is an InputError.
Config load_config(const std::string& path, std::span<const std::string> overrides = {});

/// Every section and key with its value in this run, defaults included, named as in the YAML.
nlohmann::json to_json(const Config& config);

}  // namespace tessera
