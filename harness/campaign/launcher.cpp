#include "harness/campaign/launcher.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>
#include <string_view>
#include <utility>

#include "harness/campaign/slurm_launch.hpp"
#include "harness/process/child_process.hpp"
#include "models/base/error.hpp"
#include "parallel/mpi.hpp"

namespace tessera {
namespace {

std::vector<std::string> words_in(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

// The launcher of the library that this program is built with: MPICH's own name for it, where that is there.
std::string usual_launcher() {
  const bool mpich = mpi_library().starts_with("MPICH") && find_program("mpiexec.mpich");
  return mpich ? "mpiexec.mpich -n {ranks}" : TESSERA_LAUNCHER " -n {ranks}";
}

}  // namespace

std::string launcher_called(const std::string& name, int models, int ranks) {
  if (name.empty()) return usual_launcher();
  if (name != "slurm") return name;
  return srun_line(slurm_job(&std::getenv), models, ranks, mpi_library(), &std::getenv);
}

std::vector<std::string> launcher_words(const std::string& launcher, int ranks) {
  constexpr std::string_view kRanks = "{ranks}";
  std::vector<std::string> words = words_in(launcher);
  bool told = false;
  for (std::string& word : words)
    if (const std::size_t at = word.find(kRanks); at != std::string::npos) {
      word.replace(at, kRanks.size(), std::to_string(ranks));
      told = true;
    }
  if (words.empty() || (!told && ranks > 1))
    throw InputError("the launcher isn't told how many ranks to start", "--launcher " + launcher,
                     "write {ranks} where their number belongs: --launcher \"mpiexec -n {ranks}\"");
  return words;
}

void check_launcher(const std::string& launcher, int ranks) {
  const std::string program = launcher_words(launcher, ranks)[0];
  if (!find_program(program))
    throw InputError(fmt::format("there is no program '{}'", program), "--launcher " + launcher,
                     "name a launcher that is in PATH, or give its path");
}

QueuedRun launched_run(QueuedRun run, const std::string& launcher, const std::string& label) {
  if (!is_srun(launcher)) return run;
  run.slurm_step = fmt::format("tessera-{}-{}", getpid(), label);
  run.command.insert(run.command.begin() + 1, "--job-name=" + run.slurm_step);
  return run;
}

}  // namespace tessera
