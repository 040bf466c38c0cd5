#include "harness/machine/job_cpus.hpp"

#include <charconv>
#include <string_view>

namespace tessera {
namespace {

std::optional<int> count_in(const char* text) {
  const std::string_view digits(text ? text : "");
  int count = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  if (error != std::errc() || end != digits.data() + digits.size() || count < 1) return std::nullopt;
  return count;
}

}  // namespace

JobCpus job_cpus(const Getenv& getenv) {
  return {count_in(getenv("SLURM_CPUS_ON_NODE")), count_in(getenv("SLURM_CPUS_PER_TASK"))};
}

}  // namespace tessera
