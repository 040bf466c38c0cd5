#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "io/files/lock_record.hpp"

namespace tessera {

/// The lock's file in the directory.
inline constexpr const char* kLockName = ".tessera-lock";

/// Whether the batch system says that a job (see LockRecord) has ended; false where it doesn't know.
using JobHasEnded = std::function<bool(const std::string& job)>;

/// What is locked, and how patiently.
struct LockOptions {
  std::string what;  // in messages: "the output directory"
  std::string fix;   // what to do where another process holds it: "wait for it, or choose another --output"
  JobHasEnded job_has_ended = [](const std::string&) { return false; };
  std::chrono::milliseconds refresh{10'000};   // how often the holder rewrites the lock file
  std::chrono::milliseconds patience{60'000};  // a lock file unchanged for so long is abandoned
};

/// A directory held by one process among all that see it, on this host and on others: a file in it says which
/// (see LockRecord), and a thread of the holder refreshes it. Needs of the file system no locks, only that
/// files are created and renamed at once for all.
///
/// A holder that is gone is replaced: one of this host at once if there is no such process; one of another
/// host if its job has ended, or if its file stayed the same for as long as `patience` says, which this
/// process watches by its own clock: clocks of hosts differ.
class DirectoryLock {
 public:
  /// The directory exists. Throws InputError that names host and process where another holds it, and where no
  /// file can be made there; MachineError where the disk is full or fails, or the file is a link to nowhere.
  DirectoryLock(const std::filesystem::path& directory, LockOptions options);
  /// Removes the file, unless it was lost.
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

  /// Whether the last look found another's file, or none: the directory must not be written any more.
  bool is_lost() const { return lost_; }
  /// Looks. Throws MachineError where it is lost, and as the constructor where it can't be read. Call before
  /// each file that is written.
  void check();

 private:
  bool create(const std::filesystem::path& path) const;
  bool is_free(const std::string& text) const;
  bool is_refreshed(const std::string& text) const;
  bool take_over(const std::string& text);
  [[noreturn]] void refuse(const LockRecord& holder) const;
  bool is_ours();
  void refresh();
  void keep_refreshing();

  std::filesystem::path file_;
  LockOptions options_;
  LockRecord mine_;
  std::atomic<bool> lost_ = false;
  std::mutex mutex_;  // of the file, and of the next two
  std::condition_variable ending_;
  bool ends_ = false;
  std::thread refresher_;
};

/// Whether a directory holds nothing but a lock's file.
bool is_empty_but_for_lock(const std::filesystem::path& directory);

}  // namespace tessera
