#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/config/config.hpp"
#include "harness/workloads/workload_data.hpp"
#include "io/dataset/staged_copy.hpp"
#include "io/staging/stager.hpp"
#include "io/staging/staging_directory.hpp"
#include "parallel/process_grid.hpp"

namespace tessera {

/// What is to be staged where. All ranks have the same, but for the directory, which may differ by node.
struct StagingRequest {
  std::filesystem::path source, directory;
  StagingPlan plan = StagingPlan::Replicate;
  bool shared = false;                     // all nodes see the one directory
  bool draws_locally = false;              // data.shuffle: local
  std::int64_t train = 0, validation = 0;  // samples, the first by name; 0: all
  bool may_be_packed = false;              // so that files are fewer
  Extents space{};                         // of a sample, as the next for the plan Slab
  std::vector<Box> box_of_part{};          // what the parts of a sample read
};

/// The request of a run, which knows its samples and which boxes of them its network reads. Throws InputError
/// where the plan is Slab and augmentation turns samples about.
StagingRequest staging_request(const Config& config, const WorkloadData& data, const Graph& network,
                               const ProcessGrid& grid, StagingPlan plan);

/// A directory that is local to the node: NAME in $SLURM_TMPDIR, else in $TMPDIR. Throws InputError where
/// neither is set.
std::filesystem::path node_local_directory(const std::string& name);

/// What staging came to, over all ranks.
struct StagingSummary {
  std::string plan;
  int nodes = 1;
  double seconds = 0;
  StagingCounts counts;
  std::vector<std::string> damaged;   // on rank 0: files that were there and had to be copied again
  std::vector<std::string> left_out;  // on rank 0: arrays that copies lack, see Stager::left_out()
  bool in_memory = false;             // the directory of some node is no disk but memory
};

/// "staged 112 files ...", for people.
std::string to_string(const StagingSummary& summary);

/// As stage --json and run.json have it.
nlohmann::json to_json(const StagingSummary& summary, const std::filesystem::path& directory);

/// Copies to every node what its ranks will read: the ranks of a node divide its files. Collective
/// throughout; what one rank meets is thrown by all.
class Staging {
 public:
  /// All that the user's input can be wrong about: lists the data set, plans, makes and locks the directory.
  /// Opens no sample. Borrows grid.
  Staging(const ProcessGrid& grid, StagingRequest request);

  /// This node's.
  const std::filesystem::path& directory() const { return request_.directory; }
  /// The samples that this rank is to copy, by their numbers in the source; of a pack one of them.
  std::vector<std::int64_t> my_training_samples() const;
  std::vector<std::int64_t> my_validation_samples() const;
  /// What is there and whole stays. Throws as Stager does, where there isn't room for all, and where another
  /// process took the directory: the first rank of a node looks before each file, the others hear of it after
  /// 256 files of theirs at most. stop_requested is asked on every rank as often: where it says so on one,
  /// nothing is returned, and what was copied until then is found by the next call.
  std::optional<StagingSummary> run(const std::function<bool()>& stop_requested);
  /// The same to its end.
  StagingSummary run();

 private:
  void plan();
  SampleFiles files_to_stage(SampleFiles files, std::int64_t samples) const;
  std::vector<std::int64_t> my_share(const StagedSubset& subset) const;
  bool holds_packs() const;
  std::vector<FileToStage> my_files() const;
  StagedFiles noted_of(const std::vector<FileToStage>& files) const;

  const ProcessGrid& grid_;
  StagingRequest request_;
  Communicator node_;
  StagedCopy copy_;                      // of this node, to be
  std::unique_ptr<DirectoryLock> lock_;  // on the first rank of the node
};

}  // namespace tessera
