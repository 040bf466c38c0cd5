#include "harness/process/slurm.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
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

/// An answer's code and text; nothing if it took too long.
struct Answer {
  int code = 0;
  std::string text;
};
std::optional<Answer> answer_in(const std::filesystem::path& output, const std::vector<std::string>& words) {
  ChildProcess child({.words = words,
                      .environment = environment_without_mpi_world(environ),
                      .output = output,
                      .cpus = std::nullopt});
  const auto end = std::chrono::steady_clock::now() + kLongestAnswer;
  std::optional<int> code;
  while (!(code = child.poll()) && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(kBetweenPolls);
  if (!code) return std::nullopt;
  std::ifstream file(output);
  return Answer{*code, std::string(std::istreambuf_iterator<char>(file), {})};
}

// Nothing where there is no such command, either.
std::optional<Answer> answer_to(const std::vector<std::string>& words) {
  std::string output = (std::filesystem::temp_directory_path() / "tessera-slurm-XXXXXX").string();
  const int descriptor = mkstemp(output.data());
  if (descriptor < 0) return std::nullopt;
  close(descriptor);
  std::optional<Answer> answer;
  try {
    answer = answer_in(output, words);
  } catch (const Error&) {  // it can't be started
  }
  std::error_code ignored;
  std::filesystem::remove(output, ignored);
  return answer;
}

// Also said by scancel of Slurm 22.05 when it has sent its signal to a step all the same.
bool knows_no_job(const Answer& answer) {
  return answer.text.find("Invalid job id specified") != std::string::npos;
}

}  // namespace

std::optional<std::string> slurm_answer(const std::vector<std::string>& words) {
  const std::optional<Answer> answer = answer_to(words);
  return answer && answer->code == 0 ? std::optional(answer->text) : std::nullopt;
}

bool slurm_job_has_ended(const std::string& job) {
  static const std::regex form("([0-9]{1,18})@(.+)");
  std::smatch part;
  const char* cluster = std::getenv("SLURM_CLUSTER_NAME");
  if (cluster == nullptr || !std::regex_match(job, part, form) || part[2] != cluster) return false;
  const std::optional<Answer> answer =
      answer_to({"squeue", "--noheader", "--format=%T", "--jobs=" + part[1].str()});
  if (!answer) return false;
  // It lists the jobs that haven't ended; of those that ended some time ago it doesn't know the number.
  if (answer->code != 0) return knows_no_job(*answer);
  return answer->text.find_first_not_of(" \n") == std::string::npos;
}

bool terminate_slurm_step(const std::string& name) {
  const std::optional<std::string> steps =
      slurm_answer({"squeue", "--noheader", "--steps", "--format=%i %j", fmt::format("--user={}", getuid())});
  std::istringstream lines(steps.value_or(""));
  for (std::string step, step_name; lines >> step >> std::ws && std::getline(lines, step_name);)
    if (step_name == name) {
      const std::optional<Answer> answer = answer_to({"scancel", "--signal=TERM", step});
      return answer && (answer->code == 0 || knows_no_job(*answer));
    }
  return false;
}

}  // namespace tessera
