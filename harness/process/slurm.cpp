#include "harness/process/slurm.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <regex>
#include <sstream>
#include <system_error>
#include <thread>

#include "harness/process/child_process.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

constexpr std::chrono::seconds kLongestAnswer{20};
constexpr std::chrono::milliseconds kBetweenPolls{20};

/// A program's exit code and what it said.
struct Answer {
  int code = 0;
  std::string text;
};
// Nothing where it takes too long, or there is no such program.
std::optional<Answer> answer_of(const std::vector<std::string>& words) {
  std::error_code error;
  std::string output = (std::filesystem::temp_directory_path(error) / "tessera-slurm-XXXXXX").string();
  const int descriptor = error ? -1 : mkstemp(output.data());
  if (descriptor < 0) return std::nullopt;
  close(descriptor);
  std::optional<int> code;
  try {
    ChildProcess child({.words = words,
                        .environment = environment_without_mpi_world(environ),
                        .output = output,
                        .cpus = std::nullopt});
    const auto end = std::chrono::steady_clock::now() + kLongestAnswer;
    while (!(code = child.poll()) && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(kBetweenPolls);
  } catch (const Error&) {  // there is no such program
  }
  std::ifstream file(output);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  std::filesystem::remove(output, error);
  return code ? std::optional(Answer{*code, text}) : std::nullopt;
}

// Also said by scancel of Slurm 22.05 when it has sent its signal to a step all the same.
bool knows_no_job(const Answer& answer) {
  return answer.text.find("Invalid job id specified") != std::string::npos;
}

}  // namespace

std::optional<std::string> slurm_answer(const std::vector<std::string>& words) {
  const std::optional<Answer> answer = answer_of(words);
  return answer && answer->code == 0 ? std::optional(answer->text) : std::nullopt;
}

// It lists the jobs that haven't ended; of those that ended some time ago it doesn't know the number.
std::optional<bool> slurm_number_has_ended(const std::string& number) {
  const std::optional<Answer> answer = answer_of({"squeue", "--noheader", "--format=%T", "--jobs=" + number});
  if (!answer) return std::nullopt;
  if (answer->code != 0) return knows_no_job(*answer) ? std::optional(true) : std::nullopt;
  return answer->text.find_first_not_of(" \n") == std::string::npos;
}

bool slurm_job_has_ended(const std::string& job) {
  static const std::regex form("([0-9]{1,18})@(.+)");
  std::smatch part;
  const char* cluster = std::getenv("SLURM_CLUSTER_NAME");
  if (cluster == nullptr || !std::regex_match(job, part, form) || part[2] != cluster) return false;
  return slurm_number_has_ended(part[1]).value_or(false);
}

std::optional<double> seconds_left_of_slurm_job() {
  const char* job = std::getenv("SLURM_JOB_ID");
  if (job == nullptr) return std::nullopt;
  const std::optional<std::string> left =
      slurm_answer({"squeue", "--noheader", "--format=%L", fmt::format("--jobs={}", job)});
  if (!left) return std::nullopt;
  // [DAYS-][[HOURS:]MINUTES:]SECONDS
  static const std::regex form("(?:(?:([0-9]+)-)?([0-9]+):)?([0-9]+):([0-9]+)\\s*");
  std::smatch part;
  if (left->starts_with("UNLIMITED")) return std::numeric_limits<double>::infinity();
  if (!std::regex_match(*left, part, form)) return std::nullopt;
  const auto number = [&](int i) { return part[i].matched ? std::stod(part[i]) : 0.0; };
  return ((number(1) * 24 + number(2)) * 60 + number(3)) * 60 + number(4);
}

bool terminate_slurm_step(const std::string& name) {
  constexpr int kTries = 3;
  const char* job = std::getenv("SLURM_JOB_ID");
  const std::string of_job = job == nullptr ? "" : fmt::format("{}.", job);
  std::optional<std::string> steps;
  for (int i = 0; i < kTries && !steps; ++i)
    steps = slurm_answer(
        {"squeue", "--noheader", "--steps", "--format=%i %j", fmt::format("--user={}", getuid())});
  std::istringstream lines(steps.value_or(""));
  for (std::string step, step_name; lines >> step >> std::ws && std::getline(lines, step_name);)
    if (step_name == name && step.starts_with(of_job)) {
      const std::optional<Answer> answer = answer_of({"scancel", "--signal=TERM", step});
      return answer && (answer->code == 0 || knows_no_job(*answer));
    }
  return false;
}

}  // namespace tessera
