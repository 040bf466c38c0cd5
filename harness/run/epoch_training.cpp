#include "harness/run/epoch_training.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

#include "harness/process/stopwatch.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

nlohmann::json epoch_number(std::int64_t epoch) {
  return {{"epoch_num", epoch}};
}

}  // namespace

EpochTraining::EpochTraining(const RunSetup& setup, Trainer& trainer, RunFiles& files, RunPosition& position)
    : setup_(setup),
      trainer_(trainer),
      files_(files),
      position_(position),
      progress_(std::cout, setup.writes() && setup.options.show_progress && can_redraw(STDOUT_FILENO)) {}

std::optional<RunEnd> EpochTraining::train_and_evaluate() {
  const auto epoch = static_cast<std::int64_t>(position_.epochs.size()) + 1;
  if (const auto end = train(epoch)) return end;
  // The next epoch's first batches are read while this one is judged.
  if (epoch < setup_.options.max_epochs) trainer_.start_epoch(static_cast<int>(epoch));
  return evaluate(epoch);
}

std::optional<RunEnd> EpochTraining::train(std::int64_t epoch) {
  const Stopwatch watch;
  const std::int64_t steps = trainer_.steps_per_epoch();
  EpochRecord& record = position_.under_way;
  std::int64_t& done = position_.step_of_epoch;
  if (done == steps) return std::nullopt;  // its evaluation was interrupted
  if (done == 0) {
    files_.log().start(LogKey::EpochStart, epoch_number(epoch));
    record = {.epoch = epoch};
  }
  const double earlier = record.training_seconds;
  while (done < steps) {
    record.learning_rate = trainer_.learning_rate();
    const std::optional<StepResult> result = trainer_.step();
    if (!result) return not_finite(fmt::format("in epoch {}, step {}", epoch, done + 1));
    files_.keep_log();
    ++done;
    record.loss += result->loss / static_cast<double>(steps);
    record.training_seconds = earlier + watch.seconds();
    record.samples_per_second = static_cast<double>(done * setup_.batch.global) / record.training_seconds;
    if (result->stop && done < steps) return RunEnd::Stopped;  // after the last, evaluation stops
    if (setup_.writes())
      progress_.step({epoch, setup_.options.max_epochs, done, steps, setup_.batch.global,
                      record.samples_per_second, result->loss});
  }
  files_.log().end(LogKey::EpochStop, epoch_number(epoch));
  return std::nullopt;
}

std::optional<RunEnd> EpochTraining::evaluate(std::int64_t epoch) {
  const Stopwatch watch;
  const Workload& workload = *setup_.workload;
  files_.log().start(LogKey::EvalStart, epoch_number(epoch));
  const std::optional<Evaluation> evaluation = trainer_.evaluate();
  if (!evaluation) return not_finite(fmt::format("in the evaluation of epoch {}", epoch));
  if (evaluation->stop) return RunEnd::Stopped;
  files_.log().end(LogKey::EvalStop, epoch_number(epoch));
  files_.log().event(workload.metric_key(), evaluation->metric, epoch_number(epoch));
  EpochRecord& record = position_.under_way;
  record.validation_loss = evaluation->loss;
  record.metric = evaluation->metric;
  record.evaluation_seconds = watch.seconds();
  position_.epochs.push_back(record);
  position_.step_of_epoch = 0;
  if (setup_.writes())
    progress_.epoch({epoch, setup_.options.max_epochs, record.samples_per_second, record.loss,
                     workload.metric_name(), record.metric, workload.target(),
                     record.training_seconds + record.evaluation_seconds});
  all_or_none(setup_.world, [this] { write_history(); });
  return std::nullopt;
}

RunEnd EpochTraining::not_finite(const std::string& when) {
  failure_ = fmt::format("the loss is not finite {}: first {}", when, trainer_.find_not_finite());
  return RunEnd::NotFinite;
}

void EpochTraining::write_history() {
  if (!position_.epochs.empty())
    files_.write_history(history_csv(position_.epochs, setup_.workload->metric_column()));
}

}  // namespace tessera
