#include "harness/process/child_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include "models/base/error.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

// What launchers of MPICH, of PMIx and of Open MPI tell a rank of its world. Settings of users (MPICH_*,
// HYDRA_*, OMPI_MCA_*, SLURM_*) stay.
constexpr std::array<std::string_view, 9> kOfAWorld{"PMI_",
                                                    "PMI2_",
                                                    "PMIX_",
                                                    "HYDI_CONTROL_FD=",
                                                    "MPI_LOCALRANKID=",
                                                    "MPI_LOCALNRANKS=",
                                                    "OMPI_COMM_WORLD_",
                                                    "OMPI_UNIVERSE_SIZE=",
                                                    "MPIR_CVAR_CH3_INTERFACE_HOSTNAME="};

// Of a child that has ended, but whose code somebody else took.
constexpr int kCodeLost = 127;

bool is_of_a_world(std::string_view variable) {
  return std::ranges::any_of(kOfAWorld, [&](std::string_view name) { return variable.starts_with(name); });
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> all;
  for (const std::string& word : words) all.push_back(const_cast<char*>(word.c_str()));
  all.push_back(nullptr);
  return all;
}

// In the child, where only system calls are allowed: all else was prepared before. Tells the parent, through
// the pipe, what failed.
[[noreturn]] void become(const char* program, char** words, char** environment, int output,
                         const cpu_set_t* cpus, int tell) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  sigaction(SIGTERM, &usual, nullptr);
  sigaction(SIGINT, &usual, nullptr);
  const int nothing = open("/dev/null", O_RDONLY);
  if (nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0 &&
      dup2(output, STDERR_FILENO) >= 0 &&
      (cpus == nullptr || sched_setaffinity(0, sizeof *cpus, cpus) == 0)) {
    close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);  // MPI's own, of this process
    execve(program, words, environment);
  }
  const int error = errno;
  [[maybe_unused]] const ssize_t told = write(tell, &error, sizeof error);
  _exit(127);
}

}  // namespace

std::optional<std::string> find_program(const std::string& name) {
  const auto is_program = [](const std::string& path) {
    std::error_code error;
    return access(path.c_str(), X_OK) == 0 && !fs::is_directory(path, error);
  };
  if (name.find('/') != std::string::npos) return is_program(name) ? std::optional(name) : std::nullopt;
  const char* variable = std::getenv("PATH");
  std::string_view path = variable ? variable : "";
  while (!path.empty()) {
    const std::string_view directory = path.substr(0, path.find(':'));
    path.remove_prefix(std::min(path.size(), directory.size() + 1));
    std::string candidate = fmt::format("{}/{}", directory.empty() ? "." : directory, name);
    if (is_program(candidate)) return candidate;
  }
  return std::nullopt;
}

ChildProcess::ChildProcess(const ChildCommand& command) {
  const std::string program = find_program(command.words.at(0)).value_or(command.words[0]);
  std::vector<char*> words = pointers(command.words), environment = pointers(command.environment);
  const int output = open(command.output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (output < 0)
    throw InputError(fmt::format("a file can't be written: {}", std::strerror(errno)),
                     command.output.string(), "choose another --output");
  std::array<int, 2> ends{-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC) == 0) pid_ = fork();
  if (pid_ == 0)
    become(program.c_str(), words.data(), environment.data(), output, command.cpus ? &*command.cpus : nullptr,
           ends[1]);
  const int error = errno;
  close(output);
  close(ends[1]);
  if (pid_ < 0) {
    close(ends[0]);
    throw MachineError(fmt::format("no process can be started: {}", std::strerror(error)), program,
                       "free memory or processes");
  }
  int failure = 0;  // the pipe ends without a word when the program has begun
  const ssize_t told = read(ends[0], &failure, sizeof failure);
  close(ends[0]);
  if (told != static_cast<ssize_t>(sizeof failure)) return;
  waitpid(pid_, nullptr, 0);
  throw InputError(fmt::format("a program can't be started: {}", std::strerror(failure)), program,
                   "name one that may be executed");
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), code_(other.code_) {}

ChildProcess::~ChildProcess() {
  if (pid_ < 0 || code_) return;
  kill(-pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

std::optional<int> ChildProcess::poll() {
  if (code_) return code_;
  int status = 0;
  const pid_t ended = waitpid(pid_, &status, WNOHANG);
  if (ended == pid_) code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (ended < 0 && errno == ECHILD) code_ = kCodeLost;
  return code_;
}

void ChildProcess::send(int signal) const {
  if (!code_) kill(pid_, signal);
}

std::vector<std::string> environment_without_mpi_world(char** environment) {
  std::vector<std::string> kept;
  for (char** variable = environment; *variable != nullptr; ++variable)
    if (!is_of_a_world(*variable)) kept.emplace_back(*variable);
  return kept;
}

bool is_under_mpi_launcher(char** environment) {
  for (char** variable = environment; *variable != nullptr; ++variable)
    for (const std::string_view name : {"PMI_RANK=", "PMIX_RANK=", "OMPI_COMM_WORLD_RANK="})
      if (std::string_view(*variable).starts_with(name)) return true;
  return false;
}

}  // namespace tessera
