#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>

#include "results/log/ml_log.hpp"

namespace tessera {

/// result.txt of a run: open on the rank that writes, silent on the others. Unless keep() was called, the
/// destructor removes the file, so that a run that ended before its first step leaves no log. Appending goes
/// on with a log that is there, and keeps it.
class RunLog {
 public:
  /// Throws InputError when the file can't be opened.
  enum class Open : std::uint8_t { Anew, Append };
  RunLog(const std::filesystem::path& path, bool writes, Open how = Open::Anew);
  ~RunLog();
  RunLog(const RunLog&) = delete;
  RunLog& operator=(const RunLog&) = delete;

  MlLog& operator*() { return log_; }
  MlLog* operator->() { return &log_; }
  void keep() { keep_ = true; }

 private:
  std::filesystem::path path_;
  bool writes_, keep_;
  std::ofstream file_;
  SystemClock clock_;
  MlLog log_;
};

}  // namespace tessera
