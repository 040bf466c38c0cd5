#include "harness/datasets/conversion_run.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <system_error>

#include "harness/process/flush_or_throw.hpp"
#include "harness/process/progress.hpp"
#include "harness/process/signals.hpp"
#include "harness/process/slurm.hpp"
#include "harness/process/stopped_work.hpp"
#include "harness/process/stopwatch.hpp"
#include "io/convert/conversion_state.hpp"
#include "io/convert/unit_converter.hpp"
#include "io/dataset/sample_files.hpp"
#include "io/files/checksum.hpp"
#include "io/files/directory_lock.hpp"
#include "io/files/whole_file.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

using Units = std::map<std::string, ConvertedUnit>;

// Ranks agree after so many units of each that all is well, so that an error of one ends all of them soon.
constexpr std::size_t kUnitsARound = 32;

std::string to_text(const Units& units) {
  std::string text;
  for (const auto& [name, unit] : units) text += to_line(unit);
  return text;
}

Units units_of(const std::string& text) {
  Units units;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    ConvertedUnit unit = unit_of_line(line);
    units.insert_or_assign(unit.name, std::move(unit));
  }
  return units;
}

/// stats.h5, which training needs beside the samples of some forms: the source's, or that which is there.
std::map<std::string, std::string> copy_statistics(const ConversionPlan& plan,
                                                   const ConvertOptions& options) {
  const auto to = options.destination / kStatsName;
  if (!plan.statistics.empty()) write_whole_file(to, read_whole_file(plan.statistics));
  if (!std::filesystem::exists(to)) return {};
  return {{kStatsName, checksum_text(checksum_of_file(to))}};
}

class ConversionRun {
 public:
  ConversionRun(const ConvertOptions& options, const Communicator& world)
      : options_(options), world_(world), progress_(std::cout, first() && can_redraw(STDOUT_FILENO)) {}

  int run();

 private:
  bool first() const { return world_.rank() == 0; }
  bool mine(std::size_t number) const {
    return number % static_cast<std::size_t>(world_.size()) == static_cast<std::size_t>(world_.rank());
  }
  void open();
  void lock();
  Units damaged(const Moved& moved) const;
  void leave_what_is_done();
  void check_statistics();
  void convert_pending();
  void convert_round(std::span<const ConvertUnit> units, UnitConverter& converter, ConversionJournal& journal,
                     const Moved& moved);
  void close();
  void report(const std::string& how) const;

  const ConvertOptions& options_;
  const Communicator& world_;
  Progress progress_;
  Stopwatch watch_;
  std::unique_ptr<DirectoryLock> lock_;  // of the destination, on the first rank
  ConversionPlan plan_;                  // first all units, then the pending
  ConversionState state_;
  Units made_;                              // by this rank
  std::uint64_t bytes_ = 0, bytes_of_ = 0;  // of this rank's work
  std::int64_t units_ = 0, units_of_ = 0;
};

int ConversionRun::run() {
  open();
  leave_what_is_done();
  const bool complete = world_.max(first() && plan_.units.empty() && state_.complete ? 1 : 0) == 1;
  if (complete) {
    all_or_none(world_, [&] {
      if (first()) report("there already, all checksums right");
    });
    return 0;
  }
  all_or_none(world_, [&] {
    if (!first()) return;
    lock_->check();
    begin_conversion(options_.destination, plan_.recipe, state_);
  });
  convert_pending();
  if (agreed_signal(world_) != 0) return end_of_stopped_work(world_);
  close();
  return 0;
}

// Rank 0 looks at source and destination, for all.
void ConversionRun::open() {
  std::string plan, units;
  all_or_none(world_, [&] {
    if (!first()) return;
    plan_ = plan_conversion(options_);
    lock();
    state_ = read_conversion(options_.destination, plan_.recipe);
    check_names(plan_, state_);
    check_statistics();
    plan = to_text(plan_);
    units = to_text(state_.units);
  });
  world_.broadcast(plan, 0);
  world_.broadcast(units, 0);
  if (first()) return;
  plan_ = plan_of_text(plan);
  state_.units = units_of(units);
}

void ConversionRun::lock() {
  std::error_code ignored;  // a failure here is reported when the lock is created
  std::filesystem::create_directories(options_.destination, ignored);
  lock_ = std::make_unique<DirectoryLock>(
      options_.destination, LockOptions{.what = "the directory to convert to",
                                        .fix = "wait for that process, or convert into another directory",
                                        .job_has_ended = slurm_job_has_ended});
}

// The ranges that scale all samples: those of another source would change what is there already.
void ConversionRun::check_statistics() {
  if (plan_.statistics.empty() || state_.units.empty()) return;
  const auto there = options_.destination / kStatsName;
  if (!std::filesystem::exists(there))
    state_.complete = false;
  else if (checksum_of_file(there) != checksum_of_file(plan_.statistics))
    throw InputError("the samples there have other ranges than the source, or theirs are damaged",
                     there.string(),
                     "convert into another directory, or remove the file to have it made again");
}

// Of this rank's share of what was done before.
Units ConversionRun::damaged(const Moved& moved) const {
  std::map<std::string, const ConvertUnit*> sources;
  for (const ConvertUnit& unit : plan_.units) sources[unit.name()] = &unit;
  Units bad;
  std::size_t number = 0;
  for (const auto& [name, unit] : state_.units) {
    if (!mine(number++)) continue;
    moved();
    const bool sound = is_sound(options_.destination, unit);
    const auto source = sources.find(name);
    const auto sample = options_.destination / unit.checksums.begin()->first;
    if (source == sources.end() && !sound)
      throw InputError("a sample is missing or damaged, and its source is not there any more",
                       sample.string(),
                       fmt::format("put {} back where it was, or convert into another directory", name));
    if (source != sources.end() && sound &&
        (source->second->bytes != unit.bytes || source->second->modified != unit.modified))
      throw InputError(fmt::format("a sample was made of another {} than is there now", name),
                       sample.string(),
                       "remove the sample to have it made again, or convert into another directory");
    if (!sound) bad.emplace(name, unit);
  }
  return bad;
}

// What is sound of earlier calls stays in state_; what isn't there stays in plan_.
void ConversionRun::leave_what_is_done() {
  Units bad;
  all_or_none(world_, "verifying what is there", [&](const Moved& moved) { bad = damaged(moved); });
  std::string all;
  for (const std::string& text : world_.gather(to_text(bad), 0)) all += text;
  world_.broadcast(all, 0);
  for (const auto& [name, unit] : units_of(all)) state_.units.erase(name);
  std::erase_if(plan_.units, [&](const ConvertUnit& unit) { return state_.units.contains(unit.name()); });
}

void ConversionRun::convert_pending() {
  std::vector<ConvertUnit> share;
  for (std::size_t unit = 0; unit < plan_.units.size(); ++unit)
    if (mine(unit)) share.push_back(plan_.units[unit]);
  for (const ConvertUnit& unit : share) bytes_of_ += unit.work;
  units_of_ = static_cast<std::int64_t>(share.size());
  const std::size_t a_round = kUnitsARound * static_cast<std::size_t>(world_.size());
  const std::size_t rounds = (plan_.units.size() + a_round - 1) / a_round;
  std::optional<ConversionJournal> journal;
  const auto converter = make_converter(plan_.recipe);
  all_or_none(world_, [&] { journal.emplace(options_.destination, world_.rank()); });
  for (std::size_t round = 0; round < rounds && agreed_signal(world_) == 0; ++round)
    all_or_none(world_, "converting", [&](const Moved& moved) {
      const auto units = std::span(share).subspan(std::min(round * kUnitsARound, share.size()));
      convert_round(units.first(std::min(kUnitsARound, units.size())), *converter, *journal, moved);
    });
  progress_.clear();
}

void ConversionRun::convert_round(std::span<const ConvertUnit> units, UnitConverter& converter,
                                  ConversionJournal& journal, const Moved& moved) {
  FilesInFlight flights([&](const ConvertedUnit& unit) {
    journal.note(unit);
    made_.emplace(unit.name, unit);
  });
  for (const ConvertUnit& unit : units) {
    if (StopSignals::received() != 0) break;
    if (lock_) lock_->check();
    converter.convert(unit, options_.destination, flights);
    flights.end_unit({unit.name(), unit.bytes, unit.modified, {}});
    bytes_ += unit.work;
    ++units_;
    moved();
    if (first())
      progress_.work({.done = units_,
                      .of = units_of_,
                      .what = world_.size() == 1 ? "pieces" : "of this rank's pieces",
                      .bytes = bytes_,
                      .bytes_of = bytes_of_,
                      .seconds = watch_.seconds()});
  }
  flights.finish();
}

void ConversionRun::close() {
  const std::vector<std::string> all = world_.gather(to_text(made_), 0);
  all_or_none(world_, [&] {
    if (!first()) return;
    lock_->check();
    std::size_t made = 0;
    for (const std::string& text : all)
      for (auto& [name, unit] : units_of(text)) {
        made += unit.checksums.size();
        state_.units.insert_or_assign(name, unit);
      }
    complete_conversion(options_.destination, plan_.recipe, state_.units, copy_statistics(plan_, options_));
    report(fmt::format("{} converted in {:.1f} s", made, watch_.seconds()));
  });
}

void ConversionRun::report(const std::string& how) const {
  std::map<std::string, std::int64_t> samples{{kTrain, 0}, {kValidation, 0}};
  for (const auto& [name, unit] : state_.units)
    samples[name.substr(0, name.find('/'))] += static_cast<std::int64_t>(unit.checksums.size());
  const ConvertRecipe& recipe = plan_.recipe;
  std::cout << fmt::format(
      "{}: {} training and {} validation {} of {}, {}\n", options_.destination.string(), samples[kTrain],
      samples[kValidation],
      recipe.pack > 0 ? fmt::format("packs, of up to {} samples,", recipe.pack) : "samples",
      sources_of(recipe), how);
  if (recipe.idx.transposed)
    std::cout << fmt::format("  as EMNIST has them, images were transposed{}\n",
                             recipe.idx.first_label > 0 ? ", and 1 was taken from the labels" : "");
  const DataForm* form = recipe.samples;
  if (form != nullptr && form->check_statistics != nullptr &&
      !std::filesystem::exists(options_.destination / kStatsName))
    std::cout << fmt::format("  the source has no {}, which training needs there\n", kStatsName);
  for (const SkippedFile& skipped : plan_.skipped)
    std::cout << fmt::format("  skipped {}: {}\n", skipped.path.string(), skipped.reason);
  flush_or_throw(std::cout, "what was converted");
}

}  // namespace

int convert(const ConvertOptions& options, const Communicator& world) {
  return ConversionRun(options, world).run();
}

}  // namespace tessera
