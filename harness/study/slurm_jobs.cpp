#include "harness/study/slurm_jobs.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <regex>
#include <sstream>

#include "harness/process/slurm.hpp"
#include "harness/run/run_directory.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

// A word of a shell's line.
std::string quoted(const std::string& word) {
  static const std::regex harmless("[A-Za-z0-9_./=:,@%+-]+");
  if (std::regex_match(word, harmless)) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

// As few as there can be with equally many ranks on each.
int nodes_for(int ranks, int most_a_node) {
  int nodes = (ranks + most_a_node - 1) / most_a_node;
  while (ranks % nodes != 0) ++nodes;
  return nodes;
}

}  // namespace

std::string sbatch_script(const SlurmJobRequest& request, const SlurmChoices& choices) {
  const int nodes = nodes_for(request.ranks, choices.ranks_a_node);
  std::string text = "#!/bin/bash\n";
  const auto option = [&](const std::string& line) { text += "#SBATCH " + line + "\n"; };
  option("--job-name=tessera-" + request.name);
  option(fmt::format("--nodes={}", nodes));
  option(fmt::format("--ntasks={}", request.ranks));
  option(fmt::format("--ntasks-per-node={}", request.ranks / nodes));
  option(fmt::format("--cpus-per-task={}", request.threads));
  option("--time=" + choices.time);
  option("--output=" + quoted((request.directory / kSaidName).string()));
  option("--open-mode=append");
  for (const std::string& other : choices.options) option(other);
  std::vector<std::string> words;
  for (const std::string& word : request.command) words.push_back(quoted(word));
  return text +
         fmt::format("exec srun --mpi={} --ntasks={} --cpus-per-task={} --kill-on-bad-exit=1 \\\n  {}\n",
                     choices.mpi, request.ranks, request.threads, fmt::join(words, " "));
}

std::optional<int> ranks_a_node(int threads) {
  std::istringstream answer(slurm_answer({"sinfo", "--noheader", "--format=%c"}).value_or(""));
  std::optional<int> least;
  for (int cpus = 0; answer >> cpus; answer.ignore(1, '+')) least = std::min(least.value_or(cpus), cpus);
  return least ? std::optional(std::max(1, *least / threads)) : std::nullopt;
}

std::string submit(const std::filesystem::path& script) {
  const std::optional<std::string> answer = slurm_answer({"sbatch", "--parsable", script.string()});
  static const std::regex form("([0-9]+)(;[^\\n]*)?\\s*");
  std::smatch part;
  if (!answer || !std::regex_match(*answer, part, form))
    throw MachineError("sbatch doesn't take a job", script.string(),
                       fmt::format("see what it says: sbatch {}", quoted(script.string())));
  return part[1];
}

SlurmJobState state_of_slurm_job(const std::string& job) {
  const std::optional<bool> ended = slurm_number_has_ended(job);
  if (!ended) return SlurmJobState::Unknown;
  if (*ended) return SlurmJobState::Ended;
  const auto state = slurm_answer({"squeue", "--noheader", "--format=%T", "--jobs=" + job});
  return state && state->starts_with("PENDING") ? SlurmJobState::Waiting : SlurmJobState::Running;
}

}  // namespace tessera
