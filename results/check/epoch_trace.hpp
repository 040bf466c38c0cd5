#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "results/check/thinned_series.hpp"
#include "results/log/log_entry.hpp"

namespace tessera {

/// The training time of an epoch: from its start to its stop, less the evaluations inside it and the time in
/// which an interrupted run waited to go on. Of a block of several epochs that of their mean.
struct EpochTime {
  double seconds = 0;  // of one epoch, > 0
  double epochs = 1;   // how many of them took so long
};

/// The training times of the epochs of a run, from its run_start to its run_stop, by the time stamps of
/// entries that come in the order of their lines. A start ends what was open of its kind without a time, and
/// an evaluation that is still open when the next epoch starts ran beside the training: it takes nothing off.
class EpochTrace {
 public:
  static constexpr std::size_t kMostEpochs = 4096;

  void add(const LogEntry& entry);

  /// In the order of the log, the first always among them: of epochs, or, where there are none, of blocks.
  /// Of more than kMostEpochs every second, fourth, ... one.
  std::vector<EpochTime> times() const;

 private:
  /// Epochs, or blocks.
  class Track {
   public:
    void start(double time_ms);
    void stop(double time_ms, double epochs);
    void take_off(double from_ms, double to_ms);
    std::vector<EpochTime> times() const;

   private:
    std::optional<EpochTime> latest() const;

    ThinnedSeries<EpochTime, kMostEpochs> done_;
    std::optional<double> start_ms_, stop_ms_;  // the latest one, which late evaluations may still belong to
    double epochs_ = 1, taken_off_ms_ = 0;
  };

  void add_in_run(const LogEntry& entry);
  void take_off(double from_ms, double to_ms);

  bool started_ = false, stopped_ = false;
  double latest_ms_ = 0;                 // of the run's entries
  std::optional<double> evaluation_ms_;  // when the open one began
  double epochs_of_block_ = 1;
  Track epochs_, blocks_;
};

}  // namespace tessera
