#include "harness/train/trainer.hpp"

#include <algorithm>
#include <utility>

#include "harness/process/stopwatch.hpp"
#include "harness/workloads/sample_order.hpp"
#include "io/dataset/epoch_order.hpp"

namespace tessera {

Trainer::Trainer(const ProcessGrid& grid, const Workload& workload, Kernels& kernels, Options options)
    : grid_(grid),
      workload_(workload),
      options_(std::move(options)),
      replica_(grid, workload, kernels, {options_.seed, options_.batch, options_.overlap}, exposed_),
      schedule_(workload.make_schedule(options_.batch.global)),
      metric_(workload.make_metric()),
      batches_(grid.world(), replica_.synthetic(), options_.stop_requested, options_.predicted) {}

std::unique_ptr<Loader> Trainer::make_loader(const Dataset& samples) const {
  return std::make_unique<Loader>(samples, replica_.network().input_layout(), replica_.target_layout(),
                                  options_.prefetch, options_.readers);
}

std::vector<std::int64_t> Trainer::order_of(int epoch) const {
  return training_order(grid_, options_.shuffle, workload_.training().size(), options_.seed, epoch,
                        options_.batch.global);
}

void Trainer::start_epoch(int epoch, std::int64_t step) {
  if (!training_loader_) training_loader_ = make_loader(workload_.training());
  epoch_ = epoch;
  step_of_epoch_ = step;
  std::vector<std::int64_t> order = order_of(epoch);
  order.erase(order.begin(), order.begin() + step * options_.batch.replica * options_.batch.passes);
  const auto samples = static_cast<std::int64_t>(order.size());
  training_loader_->start(epoch, std::move(order), samples);
}

std::optional<StepResult> Trainer::step() {
  const Stopwatch watch;
  // The first validation samples are read while the epoch's last step is computed.
  if (step_of_epoch_ + 1 == steps_per_epoch()) read_ahead_for_evaluation();
  exposed_.reset();
  batches_.read_from(*training_loader_);
  const StepSum sum = replica_.step(batches_, learning_rate());
  times_.exposed_exchange += exposed_.exchange();
  times_.exposed_reduction += exposed_.reduction();
  const double seconds = watch.seconds();
  times_.steps += seconds;
  recent_steps_.add(seconds);
  WaitNotes& notes = grid_.world().notes();
  notes.longest_step_seconds = std::max(notes.longest_step_seconds, seconds);
  if (sum.failed) batches_.throw_failure();
  if (!sum.finite()) return std::nullopt;
  ++step_of_epoch_;
  return StepResult{sum.loss, sum.stop};
}

// Validation samples look the same in every epoch.
void Trainer::read_ahead_for_evaluation() {
  if (!validation_loader_) validation_loader_ = make_loader(workload_.validation());
  EvaluationOrder order = evaluation_order(workload_.validation().size(), options_.batch.replica,
                                           grid_.replica(), grid_.dims().replicas);
  validation_loader_->start(epoch_, std::move(order.samples), order.counted);
  reads_for_evaluation_ = true;
}

std::optional<Evaluation> Trainer::evaluate() {
  const Stopwatch watch;
  average_statistics();
  if (!reads_for_evaluation_) read_ahead_for_evaluation();
  reads_for_evaluation_ = false;
  metric_->reset();
  batches_.read_from(*validation_loader_);
  const std::optional<Evaluation> result = walk_over_validation();
  times_.evaluation += watch.seconds();
  return result;
}

std::optional<Evaluation> Trainer::walk_over_validation() {
  Evaluation result;
  while (validation_loader_->remaining() > 0) {
    const StepSum sum = replica_.evaluate(batches_, workload_.validation().size(), *metric_);
    if (sum.failed) batches_.throw_failure();
    if (!sum.finite()) return std::nullopt;
    result.loss += sum.loss;
    result.stop |= sum.stop;
    if (result.stop) return result;
  }
  grid_.world().sum(metric_->sums());
  result.metric = metric_->value();
  return result;
}

void Trainer::resume(std::int64_t steps_done, const TrainingTimes& times) {
  replica_.resume(steps_done);
  times_ = times;
}

TrainingTimes Trainer::times() const {
  TrainingTimes times = times_;
  times.exposed_input += training_loader_ ? training_loader_->waited_seconds() : 0;
  return times;
}

}  // namespace tessera
