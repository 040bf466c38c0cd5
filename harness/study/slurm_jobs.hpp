#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// Programs on many ranks as jobs of Slurm.
namespace tessera {

/// What jobs are asked for, whatever their size.
struct SlurmChoices {
  int ranks_a_node = 1;                // at most
  std::string time = "1:00:00";        // limit
  std::string mpi = "pmi2";            // srun's --mpi
  std::vector<std::string> options{};  // of sbatch, further ones: --partition=short
};

struct SlurmJobRequest {
  std::string name;
  int ranks = 1, threads = 1;        // threads of a rank
  std::vector<std::string> command;  // the program and its arguments
  std::filesystem::path directory;   // of output.txt; the job is begun where it was submitted
};

/// A batch script: nodes, as few as have room for the ranks, with equally many ranks on each; tasks, CPUs a
/// task, time. Pure.
std::string sbatch_script(const SlurmJobRequest& request, const SlurmChoices& choices);

/// How many ranks a node of this cluster has CPUs for, by `sinfo`: of the smallest node. Nothing where there
/// is no answer.
std::optional<int> ranks_a_node(int threads);

/// The number of the job that a script became. Throws MachineError with what sbatch says.
std::string submit(const std::filesystem::path& script);

enum class SlurmJobState : std::uint8_t { Waiting, Running, Ended, Unknown };
/// Unknown: Slurm doesn't answer.
SlurmJobState state_of_slurm_job(const std::string& job);

}  // namespace tessera
