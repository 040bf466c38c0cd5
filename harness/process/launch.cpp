#include "harness/process/launch.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>

namespace tessera {
namespace {

struct LauncherVariables {
  const char *ranks, *rank;
};
// The inner ones first: a batch system starts mpiexec, never the other way round. MPICH's Hydra, its
// relatives and Slurm's pmi2 set PMI_*, Open MPI and its relatives OMPI_*; `srun` sets SLURM_* for all that
// it starts.
constexpr std::array<LauncherVariables, 3> kLaunchers{{{"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"},
                                                       {"PMI_SIZE", "PMI_RANK"},
                                                       {"SLURM_STEP_NUM_TASKS", "SLURM_PROCID"}}};

std::optional<int> number_in(const char* variable) {
  const char* text = std::getenv(variable);
  if (text == nullptr) return std::nullopt;
  int number = 0;
  const char* end = text + std::strlen(text);
  const auto [rest, error] = std::from_chars(text, end, number);
  return error == std::errc() && rest == end ? std::optional(number) : std::nullopt;
}

const char* ranks_word(int ranks) {
  return ranks == 1 ? "rank" : "ranks";
}

}  // namespace

std::optional<Launch> launch_of_this_process() {
  for (const LauncherVariables& launcher : kLaunchers)
    if (const auto ranks = number_in(launcher.ranks), rank = number_in(launcher.rank); ranks && rank)
      return Launch{*ranks, *rank, launcher.ranks};
  return std::nullopt;
}

InputError wrong_number_of_ranks(const Launch& launch, int mpi_ranks, const std::string& library) {
  const std::string fix =
      launch.variable.starts_with("SLURM")
          ? fmt::format(
                "give srun the --mpi that {} speaks, as --mpi=pmi2 or --mpi=pmix (`srun --mpi=list` "
                "tells which there are), or start the program by that library's mpiexec",
                library)
          : fmt::format("start it by the launcher of the MPI library that it was built with, {}", library);
  return {fmt::format("the launcher started {} {}, and MPI finds {}", launch.ranks, ranks_word(launch.ranks),
                      mpi_ranks),
          launch.variable + " in the environment", fix};
}

}  // namespace tessera
