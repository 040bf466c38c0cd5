#pragma once

#include <any>
#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/base/tensor.hpp"
#include "models/kernels/convolution_algorithm.hpp"
#include "models/network/placement.hpp"

/// The configuration of a run: YAML with the sections of the MLPerf HPC reference of CosmoFlow. model.name
/// says which benchmark it is, and with that which keys there are: the reference's, so that an unmodified
/// cosmo.yaml loads, and a few of our own. Defaults are the reference's where it has one. Members without a
/// comment mean what they mean there. The tables of all keys: harness/config/config_schema.cpp, and one of
/// each benchmark, see benchmark_table.hpp.
namespace tessera {

enum class KernelChoice : std::uint8_t { OneDnn, Reference };

/// Among which samples an epoch's order permutes: all, or those of each node's replicas; see
/// io/dataset/epoch_order.hpp.
enum class Shuffle : std::uint8_t { Global, Local };

/// What is logged as submission_*. Without the section a run says of itself that it is research in the open
/// division.
struct MlperfConfig {
  std::string benchmark;  // what model.name says
  std::string logged_as;  // ours: the same, or the name that a network of the user's own has
  std::string org = "UNDEFINED", platform = "UNDEFINED";
  std::string division = "open";    // open, closed
  std::string status = "research";  // cloud, onprem, preview, research
};

struct DataConfig {
  std::string name, data_dir;              // $VARIABLE and ${VARIABLE} in data_dir are expanded
  std::int64_t n_train = 0, n_valid = 0;   // samples
  std::vector<std::int64_t> sample_shape;  // D, H, W, C of volumes; H, W, C of images
  std::optional<std::int64_t> batch_size;  // samples that a replica sends through the network at once
  std::optional<std::int64_t>
      global_batch_size;      // ours: samples of all replicas a step; see harness/workloads/batch_size.hpp
  std::int64_t n_epochs = 0;  // at most
  std::int64_t prefetch = 4;  // batches read ahead
  std::int64_t n_parallel_reads = 1;  // threads that read them
  Shuffle shuffle = Shuffle::Global;  // ours
};

struct TrainConfig {
  // Batches of a replica whose gradients are added before one update.
  std::int64_t gradient_accumulation_frequency = 1;
  std::optional<std::int64_t> early_stopping_patience;  // epochs without a validation loss lower by 1e-5
  std::int64_t seed = 0;                                // ours: `--seed` wins over it
};

struct ComputeConfig {       // ours
  std::int64_t threads = 0;  // of a rank; 0: its share of the cores
  KernelChoice kernels = KernelChoice::OneDnn;
  ConvolutionAlgorithm convolution = ConvolutionAlgorithm::Auto;  // of the oneDNN kernels
  // Of tensors; parameters are in its wide type. float64 with the reference kernels alone.
  Element element = Element::F32;
  Overlap overlap = Overlap::Auto;  // of a split sample's halos with what doesn't read them; `--overlap` wins

  std::optional<int> fixed_threads() const {
    return threads > 0 ? std::optional(static_cast<int>(threads)) : std::nullopt;
  }
};

struct Config {
  std::string output_dir;  // expanded as data_dir is; empty when neither the file nor `--output` names one
  MlperfConfig mlperf;
  DataConfig data;
  TrainConfig train;
  ComputeConfig compute;
  std::any of_benchmark;  // what only the benchmark has; its own header gives it, as cosmoflow_of()

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
