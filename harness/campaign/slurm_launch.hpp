#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/machine/getenv.hpp"

/// The srun line that starts a run of a campaign as a step of the Slurm job that the campaign runs in.
namespace tessera {

/// What the job has.
struct SlurmJob {
  std::vector<int> cpus;                 // of each node
  std::optional<long> megabytes_a_node;  // of memory, where the job asked for it by node
};
/// By the environment of a batch script or of salloc. Throws InputError outside of a job.
SlurmJob slurm_job(const Getenv& getenv);

/// How models that train side by side are dealt to the job's nodes. Pure.
struct ModelPlaces {
  int nodes = 1;  // of each model, with equally many ranks on each
  int models_a_node = 1;
  int cpus_a_rank = 1;
  friend bool operator==(const ModelPlaces&, const ModelPlaces&) = default;
};
/// Throws InputError where a node has fewer CPUs than it would get ranks.
ModelPlaces model_places(const SlurmJob& job, int models, int ranks);

/// The name that srun's --mpi has for what an MPI library speaks, among those that `srun --mpi=list` prints.
/// Pure; throws InputError where there is none.
std::string mpi_type(std::string_view library, const std::string& listing);

/// "srun --mpi=pmi2 --exact --nodes=2 ...", in which {ranks} stands for the number of ranks: steps share the
/// job without waiting for each other. Asks srun which MPI it knows, unless SLURM_MPI_TYPE says it.
std::string srun_line(const SlurmJob& job, int models, int ranks, std::string_view library,
                      const Getenv& getenv);

/// Whether the first word of a launcher is srun.
bool is_srun(std::string_view launcher);

}  // namespace tessera
