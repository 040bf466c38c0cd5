#include "harness/run/interrupted_run.hpp"

#include "harness/run/training_state.hpp"
#include "models/base/error.hpp"

namespace tessera {

InterruptedRun::InterruptedRun(const std::filesystem::path& directory, const std::string& checkpoint,
                               const RunIdentity& now, bool allow_element_change)
    : file_(directory / checkpoint), checkpoint_(read_checkpoint_to_resume(directory, checkpoint)) {
  check_same_run(checkpoint_, file_, now, allow_element_change);
  log_ = read_log_so_far(directory / kLogName);
  position_ = position_of(checkpoint_, file_);
}

void InterruptedRun::load_into(Trainer& trainer) {
  if (position_.step_of_epoch > trainer.steps_per_epoch())
    throw InputError("the checkpoint is beyond the last step of an epoch", file_.string(),
                     "give the configuration of the interrupted run");
  load_tensors(checkpoint_, file_, trainer.parameters(), trainer.optimizer());
  checkpoint_ = {};
}

std::vector<std::string> InterruptedRun::differences_of_bits(const RunIdentity& now) const {
  return tessera::differences_of_bits(checkpoint_, file_, now);
}

}  // namespace tessera
