#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "harness/run/run_log.hpp"
#include "io/files/directory_lock.hpp"
#include "io/hdf5/checkpoint.hpp"

namespace tessera {

/// The files of a run under way, in a directory that is locked while it lives: its log, and what is written
/// whole. They are one rank's; on the others nothing is written, and nothing fails. The destructor removes
/// the log of a run that ended before its first step.
///
/// If the directory is lost to another process (see DirectoryLock), nothing more is written: the log falls
/// silent, and what writes a file throws MachineError.
class RunFiles {
 public:
  /// How a run comes to its directory.
  enum class Begin : std::uint8_t {
    New,
    Anew,
    Resumed
  };  // anew: in place of one that failed, if there is one

  /// Of a new run: makes, locks and prepares the directory, and begins the log. Of one that goes on: locks
  /// it, and changes nothing. Throws as lock_output_directory() and prepare_output_directory() do.
  RunFiles(std::filesystem::path directory, bool writes, Begin begin);
  ~RunFiles();
  RunFiles(const RunFiles&) = delete;
  RunFiles& operator=(const RunFiles&) = delete;

  const std::filesystem::path& directory() const { return directory_; }
  /// Of a run that goes on: from here on it is under way again. `checkpoint` is the name of the one that it
  /// goes on from, which becomes the last.
  void go_on(const std::string& checkpoint);

  MlLog& log() { return is_lost() ? silent_ : **log_; }
  /// The run has begun: its log stays, however it ends.
  void keep_log() { log_->keep(); }
  void write_history(const std::string& csv);
  /// Throws InputError where its directory can't be made.
  void write_power_log(int node, const std::string& text);
  void write_run_json(const nlohmann::json& report);
  void write_checkpoint(const Checkpoint& checkpoint, const std::function<void()>& moved);

  /// Whether another process was seen to have taken the directory.
  bool is_lost() const { return lock_ && lock_->is_lost(); }
  /// Looks. Throws MachineError where that is so.
  void check();

 private:
  std::filesystem::path directory_;
  bool writes_;
  std::unique_ptr<DirectoryLock> lock_;
  std::optional<RunLog> log_;
  SystemClock clock_;
  MlLog silent_{nullptr, clock_, ""};
};

}  // namespace tessera
