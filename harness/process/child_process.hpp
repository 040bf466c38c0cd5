#pragma once

#include <sched.h>
#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tessera {

/// The path of a program by its name, sought in PATH; a name with a slash is a path. Nothing if there is
/// none.
std::optional<std::string> find_program(const std::string& name);

/// How a process is started. Nothing goes through a shell.
struct ChildCommand {
  std::vector<std::string> words;        // the program, sought in PATH, and its arguments
  std::vector<std::string> environment;  // NAME=VALUE
  std::filesystem::path output;          // what it says on both streams is appended there
  std::optional<cpu_set_t> cpus;         // it and its children may run on these alone
};

/// A process in a group of its own, so that a terminal's Ctrl-C reaches it through us alone. It gets SIGTERM
/// when we die; the destructor of one that still runs kills its group and waits.
class ChildProcess {
 public:
  /// Throws InputError where the program isn't found or can't be started, MachineError where no process can.
  explicit ChildProcess(const ChildCommand& command);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess();

  /// Its exit code once it has ended, 128 + signal if that ended it; 127 where the code was lost, as where
  /// SIGCHLD is ignored.
  std::optional<int> poll();
  /// To the process itself: a launcher hands it on to what it started.
  void send(int signal) const;

 private:
  pid_t pid_ = -1;
  std::optional<int> code_;
};

/// The environment for a program that starts MPI by itself: this process's own without what a launcher of MPI
/// told this process of its place in a world.
std::vector<std::string> environment_without_mpi_world(char** environment);
/// Whether a launcher of MPI told it so.
bool is_under_mpi_launcher(char** environment);

}  // namespace tessera
