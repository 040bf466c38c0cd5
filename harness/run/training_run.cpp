#include "harness/run/training_run.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <iostream>

#include "harness/machine/system_probe.hpp"
#include "harness/machine/versions.hpp"
#include "harness/plan/run_layout.hpp"
#include "harness/plan/split.hpp"
#include "harness/process/stopwatch.hpp"
#include "harness/run/cache_budget.hpp"
#include "harness/run/cache_clear.hpp"
#include "harness/run/injected_fault.hpp"
#include "harness/run/output_directory.hpp"
#include "harness/run/run_report.hpp"
#include "harness/run/training_state.hpp"
#include "harness/workloads/make_kernels.hpp"
#include "harness/workloads/sample_order.hpp"
#include "harness/workloads/shared_listing.hpp"
#include "io/cosmoflow/cosmoflow_manifest.hpp"
#include "io/files/checksum.hpp"
#include "io/files/whole_file.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

// Of public data, which has none, there is nothing as short to tell it by.
std::string checksum_of_manifest(const std::filesystem::path& data_set) {
  const std::filesystem::path manifest = data_set / kManifestName;
  return std::filesystem::exists(manifest) ? checksum_text(checksum_of_file(manifest)) : "none";
}

nlohmann::json epoch_number(std::int64_t epoch) {
  return {{"epoch_num", epoch}};
}

}  // namespace

TrainingRun::TrainingRun(const Communicator& world, const Config& config, Options options)
    : world_(world),
      config_(config),
      options_(std::move(options)),
      writes_(world.rank() == 0),
      progress_(std::cout, writes_ && options_.show_progress && can_redraw(STDOUT_FILENO)) {
  open();
  Stopwatch watch;
  if (!options_.stage_to.empty()) plan_staging();
  const CacheClear cleared =
      clear_caches(*grid_, workload_->training(), workload_->validation(), samples_to_clear());
  caches_ = cleared.done;
  MlLog& log = **log_;
  log.event(LogKey::CacheClear, cleared.complete, {{"done", caches_}});
  init_seconds_ += watch.lap();
  if (!options_.stage_to.empty()) stage();
  watch.lap();
  log.start(LogKey::InitStart);
  threads_ = set_up_threads(world_, config_.compute.fixed_threads());
  const std::optional<std::string> why_open = workload_->why_open();
  division_ = why_open ? "open" : config_.mlperf.division;
  if (why_open && config_.mlperf.division != "open")
    say(fmt::format("logged as division open: {}", *why_open));
  log_submission();

  kernels_ = make_kernels(config_.compute);
  trainer_ = std::make_unique<Trainer>(*grid_, *workload_, *kernels_, trainer_options());
  say_what_is_run();
  if (resumes()) restore();
  trainer_->warm_up();
  world_.barrier();
  init_seconds_ += watch.seconds();
  log.end(LogKey::InitStop);
}

// Everything that the user's input can be wrong about; nothing is written if it is.
void TrainingRun::open() {
  RunLayout layout;
  all_or_none(world_, [&] {
    layout = lay_out(config_, options_.seed, options_.split, world_.size());
    fault_ = injected_fault(world_.rank(), world_.size());
  });
  workload_ = std::move(layout.workload);
  batch_ = layout.batch;
  grid_ = std::make_unique<ProcessGrid>(world_, layout.grid);
  const int ranks_of_node = world_.node_local().size();
  DataListing listing = shared_listing(*grid_, config_.data.data_dir);
  all_or_none(world_, [&] {
    const std::size_t cache_bytes = cache_budget(memory_bytes(), ranks_of_node);
    share_ = data_share(workload_->graph(1), *grid_, config_.data, cache_bytes);
    workload_->open_data(std::move(listing), share_);
    if (writes_) data_set_ = checksum_of_manifest(config_.data.data_dir);
    if (writes_) resumes() ? read_interrupted() : prepare_output_directory(options_.output);
    log_ = std::make_unique<RunLog>(options_.output / "result.txt", writes_ && !resumes());
  });
}

void TrainingRun::plan_staging() {
  StagingRequest request;
  all_or_none(world_, [&] {
    request = staging_request(config_, *workload_, *grid_, options_.staging_plan);
    request.directory = options_.stage_to;
  });
  staging_.emplace(*grid_, std::move(request));
}

// What this rank reads first: what it stages, or else the epoch with which the run begins or goes on.
SamplesToClear TrainingRun::samples_to_clear() const {
  if (staging_) return {staging_->my_training_samples(), staging_->my_validation_samples()};
  const std::int64_t epoch =
      world_.max(static_cast<std::int64_t>(epochs_.size()));  // known to the one that writes
  return samples_read_first(*grid_,
                            training_order(*grid_, config_.data.shuffle, workload_->training().size(),
                                           options_.seed, static_cast<int>(epoch), batch_.global),
                            workload_->validation().size());
}

// As the rules of round 3.0 have it: outside of the run, and not counted. No sample is opened before
// staging_start.
void TrainingRun::stage() {
  (*log_)->start(LogKey::StagingStart);
  world_.barrier();
  const StagingSummary summary = staging_->run();
  (*log_)->end(LogKey::StagingStop);
  staged_ = to_json(summary, staging_->directory());
  say(to_string(summary));
  DataListing listing = shared_listing(*grid_, staging_->directory());
  all_or_none(world_, [&] { workload_->open_data(std::move(listing), share_); });
}

Trainer::Options TrainingRun::trainer_options() {
  return {.seed = options_.seed,
          .batch = batch_,
          .shuffle = config_.data.shuffle,
          .prefetch = static_cast<int>(config_.data.prefetch),
          .readers = static_cast<int>(config_.data.n_parallel_reads),
          .overlap = config_.compute.overlap,
          .stop_requested = [this] { return stop_requested(); },
          .predicted = [this](const Batch&, ConstTensorView) { fault_(); }};
}

void TrainingRun::say_what_is_run() {
  const GridDims& dims = grid_->dims();
  const std::string parts = identity().split;
  const std::string split =
      dims.parts() == 1 ? "" : fmt::format(", each sample split {} over {} ranks", parts, dims.parts());
  const std::string passes = batch_.passes == 1 ? "" : fmt::format(", in {} passes", batch_.passes);
  say(fmt::format("{} on {} rank{} ({}){}, batch {} ({} a replica{}), {} + {} samples, seed {}",
                  config_.mlperf.benchmark, world_.size(), world_.size() == 1 ? "" : "s", to_string(threads_),
                  split, batch_.global, batch_.replica, passes, workload_->training().size(),
                  workload_->validation().size(), options_.seed));
  if (const int across = grid_->samples_across_nodes(); across > 0)
    say(fmt::format(
        "warning: {} of {} replicas have their parts on several nodes, so that exchanges cross the "
        "network; a split of {} wants {} ranks on each node, or a multiple",
        across, dims.replicas, parts, dims.parts()));
  if (const std::int64_t left = workload_->training().size() % batch_.global; left > 0)
    say(fmt::format("{} training samples after the last full batch of an epoch are left out", left));
}

void TrainingRun::log_submission() {
  MlLog& log = **log_;
  log.event(LogKey::SubmissionBenchmark, config_.mlperf.benchmark);
  log.event(LogKey::SubmissionOrg, config_.mlperf.org);
  log.event(LogKey::SubmissionDivision, division_);
  log.event(LogKey::SubmissionStatus, config_.mlperf.status);
  log.event(LogKey::SubmissionPlatform, config_.mlperf.platform);
  log.event(LogKey::Seed, options_.seed);
  log.event(LogKey::NumberOfNodes, grid_->nodes());
  log.event(LogKey::AcceleratorsPerNode, 0);
  log.event(LogKey::GlobalBatchSize, batch_.global);
  log.event(LogKey::TrainSamples, workload_->training().size());
  log.event(LogKey::EvalSamples, workload_->validation().size());
  log.event(LogKey::GradientAccumulationFrequency, batch_.passes);
  if (config_.data.shuffle == Shuffle::Local) log.event(LogKey::DataShuffle, "local");
  workload_->log_hyperparameters(log, batch_);
}

bool TrainingRun::stop_requested() const {
  return signals_.received() != 0 || (options_.time_limit && made_.seconds() > *options_.time_limit);
}

RunIdentity TrainingRun::identity() const {
  return {.configuration = to_json(config_),
          .data_set = data_set_,
          .seed = options_.seed,
          .global_batch = batch_.global,
          .kept_axes = workload_->kept_axes(),
          .drawn_from = config_.data.shuffle == Shuffle::Local
                            ? fmt::format("{}", fmt::join(grid_->node_of_replica(), ","))
                            : "all",
          .normalized_samples = workload_->norm_replicas(batch_.replicas()) * batch_.replica,
          .version = versions().tessera,
          .ranks = world_.size(),
          .threads = threads_.threads,
          .split = split_text(grid_->dims(), spatial_axes(workload_->graph(1)))};
}

// On one rank, before anything is changed.
void TrainingRun::read_interrupted() {
  const std::filesystem::path file = options_.output / options_.resume;
  checkpoint_ = read_checkpoint_to_resume(options_.output, options_.resume);
  check_same_run(*checkpoint_, file, identity());
  log_so_far_ = read_log_so_far(options_.output / "result.txt");
  epochs_ = position_of(*checkpoint_, file).epochs;
  if (log_so_far_.reached_target || (log_so_far_.stopped && end_of_run()))
    throw InputError(
        log_so_far_.reached_target ? "the run has reached its target"
                                   : fmt::format("the run has ended, after {} epochs", epochs_.size()),
        options_.output.string(),
        log_so_far_.reached_target ? "begin another run with another --output"
                                   : "give more epochs with --max-epochs, or begin another run with "
                                     "another --output");
}

void TrainingRun::restore() {
  const std::filesystem::path file = options_.output / options_.resume;
  RunPosition position;
  std::vector<std::string> differences;
  all_or_none(world_, [&] {
    if (!writes_) return;
    position = position_of(*checkpoint_, file);
    if (position.step_of_epoch > trainer_->steps_per_epoch())
      throw InputError("the checkpoint is beyond the last step of an epoch", file.string(),
                       "give the configuration of the interrupted run");
    load_tensors(*checkpoint_, file, trainer_->parameters(), trainer_->optimizer());
    differences = differences_of_bits(*checkpoint_, file, identity());
  });
  checkpoint_.reset();
  broadcast(world_, position);
  trainer_->resume(position.steps,
                   position.times[static_cast<std::size_t>(world_.rank()) % position.times.size()]);
  epochs_ = position.epochs;
  current_ = position.under_way;
  step_of_epoch_ = position.step_of_epoch;
  init_seconds_ = position.init_seconds;
  say(fmt::format("goes on after epoch {} and {} steps of the next", epochs_.size(), step_of_epoch_));
  for (const std::string& difference : differences)
    say(fmt::format("the last bits of the results may change: {}", difference));
}

// From here on the run is under way again. A checkpoint that is gone back to becomes the last one, lest the
// one it stands in for take its place.
void TrainingRun::go_on() {
  all_or_none(world_, [this] {
    if (!writes_) return;
    earlier_seconds_ = (static_cast<double>(SystemClock().now().count()) - log_so_far_.run_start_ms) / 1e3;
    prepare_output_directory_to_resume(options_.output);
    if (options_.resume == kPreviousCheckpointName)
      std::filesystem::rename(options_.output / kPreviousCheckpointName, options_.output / kCheckpointName);
    log_ = std::make_unique<RunLog>(options_.output / "result.txt", true, RunLog::Open::Append);
  });
  (*log_)->event(
      LogKey::RunResumed, log_so_far_.resumed + 1,
      {{"epoch_num", epochs_.size() + 1}, {"steps_done", step_of_epoch_}, {"ranks", world_.size()}});
}

void TrainingRun::save() {
  trainer_->average_statistics();
  const std::vector<TrainingTimes> times = world_.all_gather(trainer_->times());
  all_or_none(world_, [&] {
    if (!writes_) return;
    Checkpoint checkpoint = make_checkpoint(identity(), {.epochs = epochs_,
                                                         .under_way = current_,
                                                         .step_of_epoch = step_of_epoch_,
                                                         .steps = trainer_->steps_done(),
                                                         .init_seconds = init_seconds_,
                                                         .times = times});
    add_tensors(trainer_->parameters(), trainer_->optimizer(), checkpoint);
    write_run_checkpoint(options_.output, checkpoint);
  });
}

int TrainingRun::run() {
  const Stopwatch watch;
  resumes() ? go_on() : (*log_)->start(LogKey::RunStart);
  world_.barrier();  // no rank opens a sample before that
  End end = End::Stopped;
  try {
    end = train();
  } catch (const UniformError& error) {
    // Thrown by all. A run that had not begun leaves nothing behind; another tells how it ended.
    if (trainer_->steps_done() > 0) {
      run_seconds_ = earlier_seconds_ + watch.seconds();
      failure_ = error.problem();
      try {
        finish(End::Failed);
      } catch (const UniformError&) {  // a full disk, say: the first error is the one to tell
      }
    }
    throw;
  }
  if (end == End::Stopped) save();
  world_.barrier();
  run_seconds_ = earlier_seconds_ + watch.seconds();
  const int signal = static_cast<int>(world_.max(signals_.received()));  // one rank may have it alone
  if (end == End::Stopped)
    failure_ = signal != 0 ? fmt::format("stopped by {}", name_of_signal(signal))
                           : fmt::format("stopped at the time limit of {:g} s", *options_.time_limit);
  finish(end);
  if (end == End::Stopped) say("to go on from its checkpoint, give the same command with --resume");
  switch (end) {
    case End::TargetReached:
      return 0;
    case End::Stopped:
      return signal != 0 ? exit_code_of(signal) : 1;
    default:
      return 1;
  }
}

TrainingRun::End TrainingRun::train() {
  all_or_none(world_, [this] {
    workload_->training().check_first_sample();
    workload_->validation().check_first_sample();
  });
  std::optional<End> end = end_of_run();
  if (!end) trainer_->start_epoch(static_cast<int>(epochs_.size()), step_of_epoch_);
  while (!end) {
    const auto epoch = static_cast<std::int64_t>(epochs_.size()) + 1;
    if ((end = train_epoch(epoch))) break;
    // The next epoch's first batches are read while this one is judged.
    if (epoch < options_.max_epochs) trainer_->start_epoch(static_cast<int>(epoch));
    if ((end = evaluate(epoch))) break;
    save();
    end = end_of_run();
  }
  return *end;
}

// As the last full epoch has it.
std::optional<TrainingRun::End> TrainingRun::end_of_run() const {
  if (epochs_.empty()) return std::nullopt;
  if (workload_->reached(epochs_.back().metric)) return End::TargetReached;
  if (out_of_patience() || epochs_.back().epoch >= options_.max_epochs) return End::TargetMissed;
  return std::nullopt;
}

std::optional<TrainingRun::End> TrainingRun::train_epoch(std::int64_t epoch) {
  const Stopwatch watch;
  const std::int64_t steps = trainer_->steps_per_epoch();
  EpochRecord& record = current_;
  if (step_of_epoch_ == steps) return std::nullopt;  // its evaluation was interrupted
  if (step_of_epoch_ == 0) {
    (*log_)->start(LogKey::EpochStart, epoch_number(epoch));
    record = {.epoch = epoch};
  }
  const double earlier = record.training_seconds;
  while (step_of_epoch_ < steps) {
    record.learning_rate = trainer_->learning_rate();
    const std::optional<StepResult> result = trainer_->step();
    if (!result) return not_finite(fmt::format("in epoch {}, step {}", epoch, step_of_epoch_ + 1));
    log_->keep();  // the run has begun, however it ends
    ++step_of_epoch_;
    record.loss += result->loss / static_cast<double>(steps);
    record.training_seconds = earlier + watch.seconds();
    record.samples_per_second = static_cast<double>(step_of_epoch_ * batch_.global) / record.training_seconds;
    if (result->stop && step_of_epoch_ < steps) return End::Stopped;  // after the last, evaluation stops
    if (writes_)
      progress_.step({epoch, options_.max_epochs, step_of_epoch_, steps, batch_.global,
                      record.samples_per_second, result->loss});
  }
  (*log_)->end(LogKey::EpochStop, epoch_number(epoch));
  return std::nullopt;
}

std::optional<TrainingRun::End> TrainingRun::evaluate(std::int64_t epoch) {
  const Stopwatch watch;
  MlLog& log = **log_;
  log.start(LogKey::EvalStart, epoch_number(epoch));
  const std::optional<Evaluation> evaluation = trainer_->evaluate();
  if (!evaluation) return not_finite(fmt::format("in the evaluation of epoch {}", epoch));
  if (evaluation->stop) return End::Stopped;
  log.end(LogKey::EvalStop, epoch_number(epoch));
  log.event(workload_->metric_key(), evaluation->metric, epoch_number(epoch));
  EpochRecord& record = current_;
  record.validation_loss = evaluation->loss;
  record.metric = evaluation->metric;
  record.evaluation_seconds = watch.seconds();
  epochs_.push_back(record);
  step_of_epoch_ = 0;
  if (writes_)
    progress_.epoch({epoch, options_.max_epochs, record.samples_per_second, record.loss,
                     workload_->metric_name(), record.metric, workload_->target(),
                     record.training_seconds + record.evaluation_seconds});
  all_or_none(world_, [this] { write_history(); });
  return std::nullopt;
}

TrainingRun::End TrainingRun::not_finite(const std::string& when) {
  failure_ = fmt::format("the loss is not finite {}: first {}", when, trainer_->find_not_finite());
  return End::NotFinite;
}

// As Keras' early stopping on the validation loss, with the reference's least improvement: only ever after an
// epoch without one.
bool TrainingRun::out_of_patience() const {
  if (!config_.train.early_stopping_patience) return false;
  constexpr double kLeastImprovement = 1e-5;
  double best = epochs_.front().validation_loss;
  std::int64_t since_best = 0;
  for (const EpochRecord& record : epochs_) {
    ++since_best;
    if (record.epoch == 1 || record.validation_loss < best - kLeastImprovement) {
      best = record.validation_loss;
      since_best = 0;
    }
  }
  return since_best > 0 && since_best >= *config_.train.early_stopping_patience;
}

void TrainingRun::write_history() {
  if (!writes_ || epochs_.empty()) return;
  write_whole_file(options_.output / "history.csv", history_csv(epochs_, workload_->metric_column()));
}

void TrainingRun::finish(End end) {
  log_->keep();
  const char* status = end == End::TargetReached ? "success" : "aborted";
  all_or_none(world_, [&] { (*log_)->end(LogKey::RunStop, {{"status", status}}); });
  progress_.clear();
  const RunFacts facts{.config = config_,
                       .workload = *workload_,
                       .trainer = *trainer_,
                       .grid = *grid_,
                       .batch = batch_,
                       .threads = threads_,
                       .epochs = epochs_,
                       .seed = options_.seed,
                       .interruptions = log_so_far_.resumed + (resumes() ? 1 : 0),
                       .division = division_,
                       .caches = caches_,
                       .status = status,
                       .failure = failure_,
                       .init_seconds = init_seconds_,
                       .run_seconds = run_seconds_,
                       .staging = staged_};
  const nlohmann::json report = run_report(facts);
  all_or_none(world_, [&] {
    write_history();
    constexpr auto kReplace = nlohmann::json::error_handler_t::replace;  // a path may hold any bytes
    if (writes_) write_whole_file(options_.output / "run.json", report.dump(2, ' ', false, kReplace) + "\n");
  });
  if (end != End::Failed) say(closing_line(facts, options_.output.string()));
}

void TrainingRun::say(const std::string& text) {
  if (writes_) std::cout << text << std::endl;
}

}  // namespace tessera
