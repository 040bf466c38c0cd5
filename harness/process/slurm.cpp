#include "harness/process/slurm.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <regex>
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
std::optional<Answer> answer_of(const std::vector<std::string>& words, const std::filesystem::path& output) {
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

}  // namespace

bool slurm_job_has_ended(const std::string& job) {
  static const std::regex form("([0-9]{1,18})@(.+)");
  std::smatch part;
  const char* cluster = std::getenv("SLURM_CLUSTER_NAME");
  if (cluster == nullptr || !std::regex_match(job, part, form) || part[2] != cluster) return false;
  std::string output = (std::filesystem::temp_directory_path() / "tessera-squeue-XXXXXX").string();
  const int descriptor = mkstemp(output.data());
  if (descriptor < 0) return false;
  close(descriptor);
  std::optional<Answer> answer;
  try {
    answer = answer_of({"squeue", "--noheader", "--format=%T", "--jobs=" + part[1].str()}, output);
  } catch (const Error&) {  // there is no squeue
  }
  std::error_code ignored;
  std::filesystem::remove(output, ignored);
  if (!answer) return false;
  // It lists the jobs that haven't ended; of those that ended some time ago it doesn't know the number.
  if (answer->code != 0) return answer->text.find("Invalid job id specified") != std::string::npos;
  return answer->text.find_first_not_of(" \n") == std::string::npos;
}

}  // namespace tessera
