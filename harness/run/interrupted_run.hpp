#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/run/resumed_log.hpp"
#include "harness/run/run_checkpoint.hpp"
#include "harness/train/trainer.hpp"

namespace tessera {

/// What the directory of an interrupted run says, for resuming it. On the rank that writes.
class InterruptedRun {
 public:
  /// Reads, and changes nothing. Throws InputError where checkpoint or log is missing or damaged, or of
  /// another run than `now`, see check_same_run().
  InterruptedRun(const std::filesystem::path& directory, const std::string& checkpoint,
                 const RunIdentity& now, bool allow_element_change);

  const LogSoFar& log() const { return log_; }
  const RunPosition& position() const { return position_; }
  /// Puts the checkpoint's tensors into the training, and forgets them. Throws InputError where they are of
  /// another network.
  void load_into(Trainer& trainer);
  /// What may change the last bits of the results; before load_into().
  std::vector<std::string> differences_of_bits(const RunIdentity& now) const;

 private:
  std::filesystem::path file_;
  Checkpoint checkpoint_;
  LogSoFar log_;
  RunPosition position_;
};

}  // namespace tessera
