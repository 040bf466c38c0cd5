#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/run/history.hpp"
#include "harness/run/numerical_precision.hpp"
#include "harness/run/run_directory.hpp"
#include "harness/train/trainer.hpp"
#include "io/hdf5/checkpoint.hpp"

/// The checkpoint of a run: what it is, how far it came, and its tensors.
namespace tessera {

/// What a run is: a run that goes on must be the same.
struct RunIdentity {
  nlohmann::json configuration;  // as to_json() gives it
  std::string data_set;          // checksum of the manifest; "none" where there is none
  std::uint64_t seed = 0;
  std::int64_t global_batch = 0;
  std::string kept_axes = "none";  // that augmentation leaves alone as they are split: "D", "DH"
  std::string drawn_from = "all";  // samples that replicas draw from; else by replica its node: "0,0,1,1", or
                                   // what stands for a long list
  std::int64_t normalized_samples = 0;  // over which batch statistics are taken; 0: there are none
  // The bits depend on these, the result does not.
  std::string version;  // of the program
  std::int64_t ranks = 1, threads = 1;
  std::string split = "1x1";
};

/// How far a run came.
struct RunPosition {
  std::vector<EpochRecord> epochs;  // trained and evaluated
  EpochRecord under_way;            // the next: sums so far
  std::int64_t step_of_epoch = 0;   // steps done of it
  std::int64_t steps = 0;           // steps done of the run
  double init_seconds = 0;
  std::vector<TrainingTimes> times;        // by rank
  std::vector<PrecisionSince> precisions;  // of these steps
};

/// Everything but the tensors of the training; see harness/run/training_state.hpp for those.
Checkpoint make_checkpoint(const RunIdentity& identity, const RunPosition& position);

/// Writes checkpoint.h5 whole; the one that was there becomes checkpoint-previous.h5. At any time there is a
/// checkpoint.h5 once the first was written. moved: see write_checkpoint().
void write_run_checkpoint(
    const std::filesystem::path& directory, const Checkpoint& checkpoint,
    const std::function<void()>& moved = [] {});

/// Throws InputError where there is no such file, or it is damaged, no checkpoint of a run, or of another
/// format.
Checkpoint read_run_checkpoint(const std::filesystem::path& file);
/// Whether the file is a checkpoint that is neither damaged nor cut short.
bool is_sound(const std::filesystem::path& file);

/// Reads a checkpoint of `directory` for a run to go on with. Throws InputError where it is missing, damaged
/// or of another format; where the one before is sound, the error offers it.
Checkpoint read_checkpoint_to_resume(const std::filesystem::path& directory, const std::string& name);

/// Throws InputError that names everything in which the run of the checkpoint is another. With
/// allow_element_change it may have had another compute.element, but not parameters of another one.
void check_same_run(const Checkpoint& checkpoint, const std::filesystem::path& file, const RunIdentity& now,
                    bool allow_element_change);
/// What may change the last bits: "2 ranks then, 4 now".
std::vector<std::string> differences_of_bits(const Checkpoint& checkpoint, const std::filesystem::path& file,
                                             const RunIdentity& now);
/// Throws InputError where the checkpoint contradicts itself.
RunPosition position_of(const Checkpoint& checkpoint, const std::filesystem::path& file);

/// Every rank's becomes that of rank 0. Collective.
void broadcast(const Communicator& world, RunPosition& position);

}  // namespace tessera
