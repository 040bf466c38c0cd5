#include "harness/campaign/campaign.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <system_error>
#include <utility>

#include "harness/campaign/launcher.hpp"
#include "harness/campaign/run_queue.hpp"
#include "harness/campaign/side_by_side.hpp"
#include "harness/process/slurm.hpp"
#include "harness/run/run_directory.hpp"
#include "io/files/whole_file.hpp"
#include "models/base/error.hpp"
#include "results/log/json_text.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kRecord = "campaign.json";

json identity_of_campaign(const Campaign& campaign) {
  return {{"configuration", campaign.configuration},
          {"first_seed", campaign.first_seed},
          {"ranks", campaign.ranks},
          {"side_by_side", campaign.models > 1},
          {"train_options", campaign.train_options}};
}

void write_record(const Campaign& campaign) {
  json record = identity_of_campaign(campaign);
  record["launcher"] = campaign.launcher;
  record["runs"] = json::array();
  for (int run = 1; run <= campaign.runs; ++run)
    record["runs"].push_back(
        {{"directory", campaign.directory(run).lexically_relative(campaign.output).string()},
         {"seed", campaign.seed(run)},
         {"state", name_of(state_of_run(campaign.directory(run)))}});
  write_whole_file(campaign.output / kRecord, json_text(record));
}

// Runs that no record tells of: what they were trained with isn't known.
void check_no_other_runs(const fs::path& output) {
  for (const fs::path& place : {output, output / "weak"}) {
    std::error_code error;
    for (fs::directory_iterator entry(place, error), end; !error && entry != end; entry.increment(error))
      if (entry->path().filename().string().starts_with("run_") &&
          state_of_run(entry->path()) != RunState::Absent)
        throw InputError("the output directory holds runs, but no campaign.json", entry->path().string(),
                         "choose another --output, or restore that file");
  }
}

void make_output(const Campaign& campaign) {
  std::error_code error;
  fs::create_directories(campaign.output, error);
  if (!fs::is_directory(campaign.output))
    throw InputError("the output directory can't be made", campaign.output.string(),
                     "choose another --output");
}

// An output directory is new, or has the same campaign, of fewer or more runs.
void check_output(const Campaign& campaign) {
  const fs::path file = campaign.output / kRecord;
  if (!fs::exists(file)) return check_no_other_runs(campaign.output);
  const json record = json::parse(read_whole_file(file), nullptr, false);
  const json mine =
      json::parse(identity_of_campaign(campaign).dump(-1, ' ', false, json::error_handler_t::replace));
  std::vector<std::string> differing;
  for (const auto& [key, value] : mine.items())
    if (!record.is_object() || !record.contains(key) || record[key] != value) differing.push_back(key);
  if (!differing.empty())
    throw InputError(fmt::format("the output directory holds another campaign: it differs in {}",
                                 fmt::join(differing, ", ")),
                     file.string(), "give the same arguments as then, or choose another --output");
}

std::string title(const Campaign& campaign, int run) {
  return fmt::format("run {} of {} (seed {})", run, campaign.runs, campaign.seed(run));
}

QueuedRun queued_run(const Campaign& campaign, int run) {
  return launched_run({title(campaign, run), campaign.directory(run), command_of(campaign, run), ""},
                      campaign.launcher, fmt::format("run_{}", run));
}

std::vector<QueuedRun> runs_to_do(const Campaign& campaign) {
  std::vector<QueuedRun> runs;
  for (int run = 1; run <= campaign.runs; ++run) {
    const fs::path directory = campaign.directory(run);
    if (!is_finished(state_of_run(directory))) {
      runs.push_back(queued_run(campaign, run));
      continue;
    }
    if (const int ranks = ranks_of_run(directory).value_or(campaign.ranks); ranks != campaign.ranks)
      throw InputError("a run of the campaign doesn't count: " + wrong_ranks(ranks, campaign.ranks),
                       directory.string(), "remove this directory, and mend --launcher");
  }
  return runs;
}

// By the logs of the runs that have ended by now.
void say_whether_side_by_side(const Campaign& campaign, const std::vector<fs::path>& begun,
                              const std::function<void(const std::string&)>& say) {
  std::vector<RunInterval> intervals;
  for (const fs::path& directory : begun)
    if (const auto interval = interval_of_run(directory)) intervals.push_back(*interval);
  if (campaign.models > 1 && intervals.size() > 1) say(side_by_side_text(intervals, campaign.models));
}

}  // namespace

fs::path Campaign::directory(int run) const {
  return (models > 1 ? output / "weak" : output) / fmt::format("run_{}", run);
}

std::vector<std::string> command_of(const Campaign& campaign, int run) {
  std::vector<std::string> words = launcher_words(campaign.launcher, campaign.ranks);
  const fs::path directory = campaign.directory(run);
  words.insert(words.end(), {campaign.program, "train", campaign.config, "--output", directory.string(),
                             "--seed", std::to_string(campaign.seed(run)), "--no-progress"});
  words.insert(words.end(), campaign.train_options.begin(), campaign.train_options.end());
  words.emplace_back("--resume=auto");
  return words;
}

int run_campaign(const Campaign& campaign, const std::function<void(const std::string&)>& say) {
  check_launcher(campaign.launcher, campaign.ranks);
  make_output(campaign);
  DirectoryLock lock(campaign.output, {.what = "the output directory",
                                       .fix = "wait for that process, or choose another --output",
                                       .job_has_ended = slurm_job_has_ended});
  check_output(campaign);
  write_record(campaign);
  std::vector<QueuedRun> runs = runs_to_do(campaign);
  if (const std::size_t there = static_cast<std::size_t>(campaign.runs) - runs.size(); there > 0)
    say(fmt::format("{} of {} runs are finished already", there, campaign.runs));
  std::vector<fs::path> begun;
  begun.reserve(runs.size());
  for (const QueuedRun& run : runs) begun.push_back(run.directory);
  const int code = run_all(
      std::move(runs),
      {.side_by_side = campaign.models, .ranks = campaign.ranks, .say = say, .lock = lock, .ended = [&] {
         write_record(campaign);
       }});
  write_record(campaign);
  say_whether_side_by_side(campaign, begun, say);
  return code;
}

}  // namespace tessera
