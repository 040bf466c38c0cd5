#include "harness/machine/openmp_start.hpp"

#include <omp.h>
#include <sched.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace tessera {
namespace {

// Regions of this program follow each other within this many, so that on cores of one's own it costs nothing
// that could be measured; with a busy neighbour it was some twenty times as fast as the library's own number.
constexpr long kSpins = 1000;

constexpr std::array kPlacing{"OMP_PROC_BIND", "OMP_PLACES", "GOMP_CPU_AFFINITY"};

bool is_set(const Getenv& getenv, const char* name) {
  const char* value = getenv(name);
  return value != nullptr && *value != '\0';
}

// In any case of its letters, as OpenMP has it.
bool is_word(const char* value, std::string_view wanted) {
  std::string word;
  for (const char c : std::string_view(value ? value : ""))
    if (c != ' ') word += static_cast<char>(c | 0x20);
  return word == wanted;
}

// The CPUs of all places that the OpenMP library made of the variables. The mask of this thread is that of
// the first place alone by now.
void widen_to_all_places() {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  for (int place = 0; place < omp_get_num_places(); ++place) {
    std::vector<int> numbers(static_cast<std::size_t>(omp_get_place_num_procs(place)));
    omp_get_place_proc_ids(place, numbers.data());
    for (const int number : numbers) CPU_SET(number, &cpus);
  }
  if (CPU_COUNT(&cpus) > 0) sched_setaffinity(0, sizeof cpus, &cpus);
}

}  // namespace

std::vector<VariableChange> openmp_changes(const Getenv& getenv) {
  std::vector<VariableChange> changes;
  if (!is_word(getenv("OMP_PROC_BIND"), "false"))
    for (const char* name : kPlacing)
      if (is_set(getenv, name)) changes.push_back({name, std::nullopt});
  if (!is_set(getenv, "OMP_WAIT_POLICY") && !is_set(getenv, "GOMP_SPINCOUNT"))
    changes.push_back({"GOMP_SPINCOUNT", std::to_string(kSpins)});
  return changes;
}

bool waiting_threads_spin(const Getenv& getenv) {
  if (is_set(getenv, "GOMP_SPINCOUNT")) {
    char* end = nullptr;
    const long spins = std::strtol(getenv("GOMP_SPINCOUNT"), &end, 10);
    return *end != '\0' || spins > kSpins;  // "infinity", "300k"
  }
  return !is_word(getenv("OMP_WAIT_POLICY"), "passive");
}

void restart_with_openmp_settings(char** argv) {
  const std::vector<VariableChange> changes = openmp_changes(&std::getenv);
  if (changes.empty()) return;
  if (!changes.front().value) widen_to_all_places();
  for (const VariableChange& change : changes)
    change.value ? setenv(change.name.c_str(), change.value->c_str(), 1) : unsetenv(change.name.c_str());
  std::error_code ignored;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  execv(program.c_str(), argv);
}

}  // namespace tessera
