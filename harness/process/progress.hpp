#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>

namespace tessera {

/// Where a run is after a step. Epochs and steps count from 1.
struct StepProgress {
  std::int64_t epoch = 1, epochs = 1;  // epochs: at most
  std::int64_t step = 1, steps = 1;    // of this epoch
  std::int64_t global_batch = 1;       // samples a step
  double samples_per_second = 0.0;     // 0: not known yet
  double loss = 0.0;
};

/// What an epoch came to.
struct EpochProgress {
  std::int64_t epoch = 1, epochs = 1;
  double samples_per_second = 0.0;
  double loss = 0.0;   // mean over the training samples
  std::string metric;  // "MAE"
  double validation = 0.0, target = 0.0;
  double seconds = 0.0;  // training and evaluation
};

/// How much of a longer work is done.
struct WorkProgress {
  const char* done_so = "converted";  // a participle
  std::int64_t done = 0, of = 1;
  const char* what = "files";
  std::uint64_t bytes = 0, bytes_of = 0;  // done, and of all
  double seconds = 0.0;                   // since its begin
};

/// "0:07", "12:05" or "3:01:09"; hours grow as they must.
std::string duration(double seconds);

/// "epoch 3/32  step 12/128  1834 samples/s  loss 0.0412  at most 1:10 left", not longer than `columns`. The
/// time left is that of the training steps up to the last epoch; a run that reaches its target ends before.
std::string step_line(const StepProgress& progress, int columns);

/// "epoch 3/32: loss 0.0412, MAE 0.1530 (target 0.124), 1834 samples/s, 1.3 s".
std::string epoch_line(const EpochProgress& progress);

/// "converted 12/128 files  340 MB/s  1:10 left", not longer than `columns`.
std::string work_line(const WorkProgress& progress, int columns);

/// Is this file descriptor a terminal that can redraw a line?
bool can_redraw(int descriptor);

/// Shows where a run is: on a terminal one line, redrawn in place at most five times a second; elsewhere, as
/// under a launcher, a plain line when half a minute passed without one; always one plain line an epoch. For
/// one rank; `out` must outlive it. Never given the stream of a result log.
class Progress {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Progress(std::ostream& out, bool redraw, std::function<Time()> now = std::chrono::steady_clock::now);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void step(const StepProgress& progress);
  void work(const WorkProgress& progress);
  void epoch(const EpochProgress& progress);
  /// Takes the redrawn line away, for text that follows.
  void clear();

 private:
  void show(const std::function<std::string(int columns)>& line);

  std::ostream& out_;
  bool redraw_;
  std::function<Time()> now_;
  bool drawn_ = false;
  Time last_;
};

}  // namespace tessera
