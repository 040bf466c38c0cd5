#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

/// A scaling study as study.json records it: its points, and what was measured of each.
namespace tessera {

/// Strong scaling keeps the global batch. Weak scaling keeps, a rank: samples (of a replica, where a sample
/// is never split further, or of a rank), or cells of a larger volume.
enum class StudyMode : std::uint8_t { Strong, WeakReplica, WeakRank, WeakVolume };

/// "strong", "weak_replica", "weak_rank", "weak_volume"
std::string to_string(StudyMode mode);

/// What a point runs. Two points of one study differ in it.
struct StudyLayout {
  StudyMode mode = StudyMode::Strong;
  int ranks = 1, threads = 1;            // threads of a rank
  int depth = 1, height = 1, width = 1;  // parts of a sample along each axis
  std::int64_t global_batch = 1;
  std::vector<std::int64_t> extents;  // D H W of a sample, or H W

  int parts() const { return depth * height * width; }
  int replicas() const { return ranks / parts(); }
  friend bool operator==(const StudyLayout&, const StudyLayout&) = default;
};

/// Mean seconds of a step of one rank. Exposed: waited for, as compute did not hide it.
struct RankSeconds {
  double step = 0, compute = 0;
  double exposed_exchange = 0, exposed_reduction = 0, exposed_input = 0;
  double compute_cpu = 0;  // of all its threads, while it computed; 0 where it wasn't measured

  /// Bookkeeping, and what else belongs to no other part.
  double rest() const { return step - compute - exposed_exchange - exposed_reduction - exposed_input; }
  friend bool operator==(const RankSeconds&, const RankSeconds&) = default;
};

/// Where a point's samples came from.
enum class StudyInput : std::uint8_t {
  DataSet,
  Cycled,     // the data set, which has fewer than a step, or than all steps: some were read again
  Synthetic,  // made in memory, nothing was read: there is no data set of such samples
};

/// "data_set", "cycled", "synthetic"
std::string to_string(StudyInput input);

/// A step held to the unsplit reference: errors in units of what rounding explains.
struct StudyVerification {
  double loss_residual = 0, gradient_residual = 0, bound = 0;

  /// Not where a residual is no number.
  bool passed() const { return loss_residual < bound && gradient_residual < bound; }
  friend bool operator==(const StudyVerification&, const StudyVerification&) = default;
};

/// What was measured of a point that ended well.
struct StudyMeasurement {
  std::vector<double> step_seconds;  // of each repeat: the mean of its steps, of the slowest rank
  std::vector<RankSeconds> ranks;    // by rank, means over all repeats
  /// Of the same calls' times replayed at zero latency and infinite bandwidth: the slowest rank's step.
  std::optional<double> ideal_step_seconds = std::nullopt;
  int nodes = 1;
  double training_flop_a_sample = 0;                   // of the layers with weights, forward and backward
  std::vector<std::int64_t> peak_memory_bytes;         // by rank
  std::optional<double> joules_a_step = std::nullopt;  // of all nodes, where a meter was there

  /// Where the point ran to the target.
  struct Solution {
    double seconds = 0;  // from run_start to run_stop
    double epochs = 0;
    bool reached = false;
    friend bool operator==(const Solution&, const Solution&) = default;
  };
  std::optional<Solution> solution = std::nullopt;
  StudyInput input = StudyInput::DataSet;
  std::optional<StudyVerification> verification = std::nullopt;  // where it was asked for
  friend bool operator==(const StudyMeasurement&, const StudyMeasurement&) = default;
};

struct StudyPoint {
  StudyLayout layout;
  std::string name;  // of its directory in the study's
  /// Nothing where it hasn't ended yet, or failed.
  std::optional<StudyMeasurement> measurement = std::nullopt;
  std::string failure;                                          // why it failed; empty where it didn't
  std::optional<double> predicted_step_seconds = std::nullopt;  // by the performance model
  friend bool operator==(const StudyPoint&, const StudyPoint&) = default;
};

inline constexpr const char* kMeasuredPeak = "measured";  // as a Study::peak_source

struct Study {
  std::string benchmark;                // as logged: "cosmoflow"
  std::string element;                  // compute.element: "float32"
  std::string system;                   // its name, for people
  std::string processor, mpi, library;  // with their versions
  std::string version;                  // of this program
  std::int64_t steps = 0;               // a repeat; 0 where points run to the target
  std::int64_t repeats = 1;
  std::optional<double> peak_flop_a_core = std::nullopt;  // flop/s of one core, of that element
  std::string peak_source;                                // kMeasuredPeak, or "machine file of Fugaku"
  std::vector<StudyPoint> points;
  friend bool operator==(const Study&, const Study&) = default;
};

nlohmann::json to_json(const Study& study);
/// Of the study.json that lies at `where`. Throws InputError that names the key where it isn't as to_json()
/// writes it.
Study study_of_json(const nlohmann::json& json, const std::string& where);

}  // namespace tessera
