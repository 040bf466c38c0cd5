#include "harness/campaign/slurm_launch.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <regex>
#include <sstream>

#include "harness/process/slurm.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

constexpr const char* kWhere = "--launcher slurm";

// "72(x2),36": of each node in turn.
std::vector<int> counts_in(const std::string& text) {
  static const std::regex form(R"((\d{1,6})(?:\(x(\d{1,6})\))?(?:,|$))");
  std::vector<int> counts;
  for (auto part = std::sregex_iterator(text.begin(), text.end(), form); part != std::sregex_iterator();
       ++part)
    counts.insert(counts.end(), (*part)[2].matched ? std::stoul((*part)[2]) : 1, std::stoi((*part)[1]));
  return counts;
}

int largest_divisor(int number, int most) {
  int divisor = std::max(1, most);
  while (number % divisor != 0) --divisor;
  return divisor;
}

bool has_word(const std::string& text, const std::string& word) {
  std::istringstream in(text);
  for (std::string one; in >> one;)
    if (one == word) return true;
  return false;
}

}  // namespace

SlurmJob slurm_job(const Getenv& getenv) {
  const char* cpus = getenv("SLURM_JOB_CPUS_PER_NODE");
  SlurmJob job{.cpus = counts_in(cpus ? cpus : ""), .megabytes_a_node = std::nullopt};
  if (getenv("SLURM_JOB_ID") == nullptr || job.cpus.empty())
    throw InputError("there is no job whose nodes the runs could have", kWhere,
                     "call `tessera` in a batch script, or under salloc");
  if (const char* memory = getenv("SLURM_MEM_PER_NODE")) job.megabytes_a_node = std::atol(memory);
  return job;
}

ModelPlaces model_places(const SlurmJob& job, int models, int ranks) {
  const auto nodes = static_cast<int>(job.cpus.size());
  ModelPlaces places{.nodes = largest_divisor(ranks, std::min(ranks, nodes / models)),
                     .models_a_node = (models + nodes - 1) / nodes};
  const int ranks_a_node = ranks / places.nodes * places.models_a_node;
  const int cpus = std::ranges::min(job.cpus);
  places.cpus_a_rank = cpus / ranks_a_node;
  if (places.cpus_a_rank < 1)
    throw InputError(
        fmt::format("{} models of {} ranks each put {} ranks on a node that gives the job {} CPUs", models,
                    ranks, ranks_a_node, cpus),
        kWhere, "give fewer --models or --ranks, or the job more nodes or CPUs");
  return places;
}

std::string mpi_type(std::string_view library, const std::string& listing) {
  const bool cray = library.find("CRAY") != std::string_view::npos;
  const bool open_mpi = library.find("Open MPI") != std::string_view::npos;
  const std::vector<std::string> known = open_mpi ? std::vector<std::string>{"pmix", "pmi2"}
                                         : cray   ? std::vector<std::string>{"cray_shasta", "pmi2"}
                                                  : std::vector<std::string>{"pmi2", "pmix"};
  for (const std::string& type : known)
    if (has_word(listing, type)) return type;
  throw InputError(fmt::format("srun knows none of {}, which this program's MPI ({}) could speak",
                               fmt::join(known, ", "), library),
                   "srun --mpi=list", "start runs by MPI's own launcher: leave out --launcher");
}

std::string srun_line(const SlurmJob& job, int models, int ranks, std::string_view library,
                      const Getenv& getenv) {
  const ModelPlaces places = model_places(job, models, ranks);
  std::string line = "srun --exact --kill-on-bad-exit=1";
  if (getenv("SLURM_MPI_TYPE") == nullptr)
    line += fmt::format(" --mpi={}", mpi_type(library, slurm_answer({"srun", "--mpi=list"}).value_or("")));
  line += fmt::format(" --nodes={} --ntasks={{ranks}} --ntasks-per-node={} --cpus-per-task={}", places.nodes,
                      ranks / places.nodes, places.cpus_a_rank);
  // A step takes all of its job's memory on a node, and others wait for it, unless it asks for less.
  if (job.megabytes_a_node && places.models_a_node > 1)
    line += fmt::format(" --mem={}", *job.megabytes_a_node / places.models_a_node);
  return line;
}

bool is_srun(std::string_view launcher) {
  const std::size_t begin = std::min(launcher.find_first_not_of(' '), launcher.size());
  const std::string word(launcher.substr(begin, launcher.find(' ', begin) - begin));
  return std::filesystem::path(word).filename() == "srun";
}

}  // namespace tessera
