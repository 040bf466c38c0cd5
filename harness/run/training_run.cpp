#include "harness/run/training_run.hpp"

#include <fmt/format.h>

#include <iostream>
#include <utility>

#include "harness/process/signals.hpp"
#include "harness/process/stopped_work.hpp"
#include "harness/run/cache_clear.hpp"
#include "harness/run/closing_line.hpp"
#include "harness/run/run_end.hpp"
#include "harness/run/run_report.hpp"
#include "harness/run/submission_log.hpp"
#include "harness/run/training_state.hpp"
#include "harness/train/generic_calls.hpp"
#include "harness/train/self_check.hpp"
#include "harness/workloads/broadcast_listing.hpp"
#include "harness/workloads/make_kernels.hpp"
#include "harness/workloads/sample_order.hpp"
#include "io/files/process_start.hpp"
#include "models/kernels/library.hpp"
#include "parallel/broadcast.hpp"
#include "parallel/uniform.hpp"

namespace tessera {

TrainingRun::TrainingRun(const Communicator& world, const Config& config, Options options)
    : age_when_made_(age_of_this_process()), setup_(set_up_run(world, config, std::move(options))) {
  threads_ = set_up_threads(world, config.compute.fixed_threads());
  note_precision(position_.precisions, 0, setup_.precision());
  open_files();
  for (const std::string& line : launch_lines(threads_)) say(line);
  check_kernels();
  Stopwatch watch;
  if (!setup_.options.stage_to.empty()) plan_staging();
  clear_caches();
  position_.init_seconds += watch.lap();
  if (staging_ && !stage()) {
    stopped_early_ = true;
    return;
  }
  watch.lap();
  files_->log().start(LogKey::InitStart);
  make_trainer();
  if (!setup_.options.energy.is_off()) {
    meter_.emplace(*setup_.grid, setup_.options.energy);
    say(meter_->line());
  }
  if (setup_.options.resumes()) restore();
  trainer_->warm_up();
  world.barrier();
  position_.init_seconds += watch.seconds();
  files_->log().end(LogKey::InitStop);
}

// Of a run that goes on, what is there is looked at before anything is changed.
void TrainingRun::open_files() {
  const RunOptions& options = setup_.options;
  all_or_none(setup_.world, [&] {
    files_.emplace(options.output, setup_.writes(),
                   options.resumes()         ? RunFiles::Begin::Resumed
                   : options.replaces_failed ? RunFiles::Begin::Anew
                                             : RunFiles::Begin::New);
    if (!setup_.writes() || !options.resumes()) return;
    interrupted_.emplace(options.output, options.resume, identity_of(setup_, threads_),
                         options.allow_element_change);
    position_.epochs = interrupted_->position().epochs;
    const LogSoFar& log = interrupted_->log();
    if (log.reached_target)
      throw InputError("the run has reached its target", options.output.string(),
                       "begin another run with another --output");
    if (log.stopped && end_of_epochs())
      throw InputError(fmt::format("the run has ended, after {} epochs", position_.epochs.size()),
                       options.output.string(),
                       "give more epochs with --max-epochs, or begin another run with another --output");
  });
}

// Before anything that takes long, and outside of what is counted.
void TrainingRun::check_kernels() {
  kernels_ = make_kernels(setup_.config.compute);
  if (!setup_.options.self_check || setup_.config.compute.kernels == KernelChoice::Reference) return;
  const SelfCheck check = self_check(*setup_.grid, setup_.workload->graph(setup_.batch.replica), *kernels_,
                                     setup_.config.compute.overlap);
  self_check_seconds_ = check.seconds;
  say(fmt::format("self-check: {} kernels agree with the reference, {:.2f} s", check.kernels, check.seconds));
}

void TrainingRun::plan_staging() {
  const Communicator& world = setup_.world;
  StagingRequest request;
  all_or_none(world, [&] {
    request = staging_request(setup_.config, *setup_.workload, setup_.workload->graph(1), *setup_.grid,
                              setup_.options.staging_plan);
    request.directory = setup_.options.stage_to;
  });
  staging_.emplace(*setup_.grid, std::move(request));
}

// What this rank reads first: what it stages, or else the epoch with which the run begins or goes on.
SamplesToClear TrainingRun::samples_to_clear() const {
  if (staging_) return {staging_->my_training_samples(), staging_->my_validation_samples()};
  const Workload& workload = *setup_.workload;
  // The epochs are known to the rank that writes.
  const std::int64_t epoch = setup_.world.max(static_cast<std::int64_t>(position_.epochs.size()));
  return samples_read_first(
      *setup_.grid,
      training_order(*setup_.grid, setup_.config.data.shuffle, workload.training().size(),
                     setup_.options.seed, static_cast<int>(epoch), setup_.batch.global),
      workload.validation().size());
}

void TrainingRun::clear_caches() {
  const CacheClear cleared = tessera::clear_caches(*setup_.grid, setup_.workload->training(),
                                                   setup_.workload->validation(), samples_to_clear());
  caches_ = cleared.done;
  files_->log().event(LogKey::CacheClear, cleared.complete, {{"done", caches_}});
}

// As the rules of round 3.0 have it: outside of the run, and not counted. No sample is opened before
// staging_start.
bool TrainingRun::stage() {
  const Communicator& world = setup_.world;
  files_->log().start(LogKey::StagingStart);
  world.barrier();
  const std::optional<StagingSummary> summary = staging_->run([this] { return stop_requested(); });
  if (!summary) return false;
  files_->log().end(LogKey::StagingStop);
  staged_ = to_json(*summary, staging_->directory());
  say(to_string(*summary));
  if (summary->in_memory)
    say("warning: the data is staged to memory (a tmpfs): under round 3.0 staging isn't counted, and data "
        "must begin "
        "on durable storage");
  DataListing listing = broadcast_listing(*setup_.grid, *setup_.workload, staging_->directory());
  all_or_none(world, [&] { setup_.workload->open_data(std::move(listing), setup_.share); });
  return true;
}

void TrainingRun::make_trainer() {
  const Config& config = setup_.config;
  const std::optional<std::string> why_open = setup_.workload->why_open();
  division_ = why_open ? "open" : config.mlperf.division;
  if (why_open && config.mlperf.division != "open")
    say(fmt::format("logged as division open: {}", *why_open));
  log_submission(setup_, division_, files_->log());
  trainer_ = std::make_unique<Trainer>(
      *setup_.grid, *setup_.workload, *kernels_,
      Trainer::Options{.seed = setup_.options.seed,
                       .batch = setup_.batch,
                       .shuffle = config.data.shuffle,
                       .prefetch = static_cast<int>(config.data.prefetch),
                       .readers = static_cast<int>(config.data.n_parallel_reads),
                       .overlap = config.compute.overlap,
                       .stop_requested = [this] { return stop_requested(); },
                       .predicted = [this](const Batch&, ConstTensorView) { setup_.fault(); }});
  epochs_.emplace(setup_, *trainer_, *files_, position_);
  for (const std::string& line : description(setup_)) say(line);
  warn_of_slow_kernels();
}

void TrainingRun::warn_of_slow_kernels() const {
  if (setup_.config.compute.kernels == KernelChoice::Reference) return;
  if (setup_.config.compute.element == Element::BF16 && emulates_bfloat16())
    say(fmt::format("warning: {}", kEmulatedBfloat16));
  const std::vector<std::string> calls =
      gathered(texts_of(generic_calls(trainer_->graph(), trainer_->network())), setup_.world);
  if (!calls.empty()) say(fmt::format("warning: {}", summary_of(calls)));
}

void TrainingRun::restore() {
  const Communicator& world = setup_.world;
  std::vector<std::string> differences;
  all_or_none(world, [&] {
    if (!interrupted_) return;
    const double init_seconds = position_.init_seconds;
    position_ = interrupted_->position();
    position_.init_seconds += init_seconds;
    differences = interrupted_->differences_of_bits(identity_of(setup_, threads_));
    interrupted_->load_into(*trainer_);
  });
  broadcast(world, position_);
  const Element then = position_.precisions.back().precision.element, now = setup_.precision().element;
  if (then != now) element_change_ = fmt::format("{} to {}", name_of(then), name_of(now));
  note_precision(position_.precisions, position_.steps, setup_.precision());
  trainer_->resume(position_.steps,
                   position_.times[static_cast<std::size_t>(world.rank()) % position_.times.size()]);
  say(fmt::format("goes on after epoch {} and {} steps of the next", position_.epochs.size(),
                  position_.step_of_epoch));
  if (!element_change_.empty()) say(fmt::format("compute.element changes from {}", element_change_));
  for (const std::string& difference : differences)
    say(fmt::format("the last bits of the results may change: {}", difference));
}

void TrainingRun::go_on() {
  all_or_none(setup_.world, [this] {
    if (interrupted_)
      earlier_seconds_ =
          (static_cast<double>(SystemClock().now().count()) - interrupted_->log().run_start_ms) / 1e3;
    files_->go_on(setup_.options.resume);
  });
  const NumericalPrecision precision = setup_.precision();
  nlohmann::json metadata = {
      {"epoch_num", position_.epochs.size() + 1},
      {"steps_done", position_.step_of_epoch},
      {"ranks", setup_.world.size()},
      {name_of(LogKey::LowestNumericalPrecisionInLinear), mlperf_name(precision.element)},
      {name_of(LogKey::LowestNumericalPrecisionInComm), mlperf_name(precision.comm)}};
  if (!element_change_.empty()) metadata["element_change"] = element_change_;
  files_->log().event(LogKey::RunResumed, interrupted_ ? interrupted_->log().resumed + 1 : 0, metadata);
}

std::string TrainingRun::stop_text(int signal) const {
  return signal != 0 ? fmt::format("by {}", name_of_signal(signal))
                     : fmt::format("at the time limit of {:g} s", *setup_.options.time_limit);
}

bool TrainingRun::stop_requested() const {
  const std::optional<double> limit = setup_.options.time_limit;
  return StopSignals::received() != 0 || (limit && age_when_made_ + made_.seconds() > *limit) ||
         files_->is_lost();
}

int TrainingRun::run() {
  const Communicator& world = setup_.world;
  if (stopped_early_) {
    all_or_none(world, [this] { files_->check(); });
    const int signal = agreed_signal(world);
    say(fmt::format("stopped {} while data was staged; the same command goes on", stop_text(signal)));
    return signal != 0 ? exit_code_of(signal) : kCanBeResumed;
  }
  const Stopwatch watch;
  setup_.options.resumes() ? go_on() : files_->log().start(LogKey::RunStart);
  if (meter_) meter_->start();
  world.barrier();  // no rank opens a sample before that
  RunEnd end = RunEnd::Stopped;
  try {
    end = train();
    check_parameters();
    if (end == RunEnd::Stopped) save();
  } catch (const UniformError& error) {  // thrown by all
    fail(error.problem(), watch.seconds());
    throw;
  }
  world.barrier();
  const double seconds = watch.seconds();
  const int signal = agreed_signal(world);
  if (end == RunEnd::Stopped) failure_ = "stopped " + stop_text(signal);
  if (end == RunEnd::NotFinite) failure_ = epochs_->failure();
  finish(end, seconds);
  if (end == RunEnd::Stopped) say("to go on from its checkpoint, give the same command with --resume");
  if (end == RunEnd::Stopped && signal != 0) return exit_code_of(signal);
  if (end == RunEnd::Stopped) return kCanBeResumed;
  return end == RunEnd::TargetReached ? 0 : 1;
}

// All ranks must have come to the same network, running statistics included.
void TrainingRun::check_parameters() {
  trainer_->average_statistics();
  parameters_checksum_ = check_same_parameters(setup_.world, trainer_->parameters());
}

RunEnd TrainingRun::train() {
  all_or_none(setup_.world, [this] {
    setup_.workload->training().check_first_sample();
    setup_.workload->validation().check_first_sample();
  });
  std::optional<RunEnd> end = end_of_epochs();
  if (!end) trainer_->start_epoch(static_cast<int>(position_.epochs.size()), position_.step_of_epoch);
  while (!end) {
    if ((end = epochs_->train_and_evaluate())) break;
    save();
    end = end_of_epochs();
  }
  return *end;
}

std::optional<RunEnd> TrainingRun::end_of_epochs() const {
  return end_of_run(position_.epochs, *setup_.workload, setup_.config, setup_.options.max_epochs);
}

void TrainingRun::save() {
  trainer_->average_statistics();
  position_.steps = trainer_->steps_done();
  position_.times = setup_.world.all_gather(trainer_->times());
  all_or_none(setup_.world, "the checkpoint", [this](const Moved& moved) {
    if (!setup_.writes()) return;
    Checkpoint checkpoint = make_checkpoint(identity_of(setup_, threads_), position_);
    add_tensors(trainer_->parameters(), trainer_->optimizer(), checkpoint);
    files_->write_checkpoint(checkpoint, moved);
  });
}

// A run that had not begun leaves nothing behind; another tells how it ended.
void TrainingRun::fail(const std::string& problem, double seconds) {
  if (trainer_->steps_done() == 0) return;
  failure_ = problem;
  try {
    finish(RunEnd::Failed, seconds);
  } catch (const UniformError&) {  // a full disk, say: the first error is the one to tell
  }
}

nlohmann::json TrainingRun::report_energy() {
  if (!meter_) return nullptr;
  std::vector<std::string> warnings;
  nlohmann::json energy = meter_->report(
      [this](int node, const std::string& text) { files_->write_power_log(node, text); }, warnings);
  for (const std::string& warning : warnings) say("warning: " + warning);
  return energy;
}

void TrainingRun::finish(RunEnd end, double seconds) {
  files_->keep_log();
  if (meter_) meter_->stop();
  all_or_none(setup_.world, [&] { files_->log().end(LogKey::RunStop, {{"status", status_of(end)}}); });
  epochs_->clear_progress();
  const int resumed = interrupted_ ? interrupted_->log().resumed + 1 : 0;
  const RunFacts facts{.config = setup_.config,
                       .workload = *setup_.workload,
                       .trainer = *trainer_,
                       .grid = *setup_.grid,
                       .batch = setup_.batch,
                       .threads = threads_,
                       .epochs = position_.epochs,
                       .precisions = position_.precisions,
                       .seed = setup_.options.seed,
                       .interruptions = resumed,
                       .division = division_,
                       .caches = caches_,
                       .end = end,
                       .failure = failure_,
                       .parameters_checksum = parameters_checksum_,
                       .self_check_seconds = self_check_seconds_,
                       .init_seconds = position_.init_seconds,
                       .run_seconds = earlier_seconds_ + seconds,
                       .staging = staged_,
                       .energy = report_energy()};
  const nlohmann::json report = run_report(facts);
  all_or_none(setup_.world, [&] {
    epochs_->write_history();
    files_->write_run_json(report);
  });
  if (end == RunEnd::Failed) return;
  say(closing_line(report, files_->directory().string()));
  if (setup_.writes()) std::cout << to_string(figures_of_run(report)) << std::flush;
}

void TrainingRun::say(const std::string& text) const {
  if (setup_.writes()) std::cout << text << std::endl;
}

}  // namespace tessera
