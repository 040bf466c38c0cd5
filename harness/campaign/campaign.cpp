#include "harness/campaign/campaign.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <optional>
#include <sstream>
#include <thread>
#include <utility>

#include "harness/machine/core_share.hpp"
#include "harness/process/child_process.hpp"
#include "harness/process/signals.hpp"
#include "harness/run/run_checkpoint.hpp"
#include "io/files/whole_file.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kRecord = "campaign.json";
constexpr std::chrono::milliseconds kBetweenLooks{50};
constexpr std::size_t kLastWords = 8;  // lines

const char* name_of(RunState state) {
  switch (state) {
    case RunState::Absent:
      return "not begun";
    case RunState::Unfinished:
    case RunState::Resumable:
      return "unfinished";
    case RunState::TargetReached:
      return "target reached";
    case RunState::TargetMissed:
      return "target missed";
  }
  return "";
}

json identity_of(const Campaign& campaign) {
  return {{"configuration", campaign.configuration},
          {"first_seed", campaign.first_seed},
          {"ranks", campaign.ranks},
          {"side_by_side", campaign.models > 1},
          {"train_options", campaign.train_options}};
}

void write_record(const Campaign& campaign) {
  json record = identity_of(campaign);
  record["runs"] = json::array();
  for (int run = 1; run <= campaign.runs; ++run)
    record["runs"].push_back(
        {{"directory", campaign.directory(run).lexically_relative(campaign.output).string()},
         {"seed", campaign.seed(run)},
         {"state", name_of(state_of_run(campaign.directory(run)))}});
  write_whole_file(campaign.output / kRecord,
                   record.dump(2, ' ', false, json::error_handler_t::replace) + "\n");
}

// Runs that no record tells of: what they were trained with isn't known.
void check_no_other_runs(const fs::path& output) {
  for (const fs::path& place : {output, output / "weak"}) {
    std::error_code error;
    for (fs::directory_iterator entry(place, error), end; !error && entry != end; entry.increment(error))
      if (entry->path().filename().string().starts_with("run_") &&
          state_of_run(entry->path()) != RunState::Absent)
        throw InputError("the output directory holds runs of which no campaign.json tells",
                         entry->path().string(), "choose another --output, or restore that file");
  }
}

// An output directory is new, or has the same campaign, of fewer or more runs.
void check_output(const Campaign& campaign) {
  std::error_code error;
  fs::create_directories(campaign.output, error);
  if (!fs::is_directory(campaign.output))
    throw InputError("the output directory can't be made", campaign.output.string(),
                     "choose another --output");
  const fs::path file = campaign.output / kRecord;
  if (!fs::exists(file)) return check_no_other_runs(campaign.output);
  const json record = json::parse(read_whole_file(file), nullptr, false);
  const json mine = json::parse(identity_of(campaign).dump(-1, ' ', false, json::error_handler_t::replace));
  std::vector<std::string> differing;
  for (const auto& [key, value] : mine.items())
    if (!record.is_object() || !record.contains(key) || record[key] != value) differing.push_back(key);
  if (!differing.empty())
    throw InputError(fmt::format("the output directory holds another campaign: it differs in {}",
                                 fmt::join(differing, ", ")),
                     file.string(), "give the same arguments as then, or choose another --output");
}

std::vector<std::string> words_in(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

// The last lines of what a run said; "" where it said nothing.
std::string last_words(const fs::path& output) {
  std::ifstream file(output);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (line.empty()) continue;
    lines.push_back(line);
    if (lines.size() > kLastWords) lines.erase(lines.begin());
  }
  return fmt::format("{}", fmt::join(lines, "\n"));
}

// Before anything is written.
void check_launcher(const Campaign& campaign) {
  const std::string launcher = command_of(campaign, 1)[0];
  if (!find_program(launcher))
    throw InputError(fmt::format("there is no program '{}'", launcher), "--launcher " + campaign.launcher,
                     "name a launcher that is in PATH, or give its path");
}

/// The runs under way, and how they end.
class Runner {
 public:
  Runner(const Campaign& campaign, const std::function<void(const std::string&)>& say)
      : campaign_(campaign), say_(say), slots_(static_cast<std::size_t>(campaign.models)) {
    std::signal(SIGCHLD, SIG_DFL);  // where it is ignored, as some parents leave it, no exit code is kept
    for (int run = 1; run <= campaign.runs; ++run)
      if (!is_finished(state_of_run(campaign.directory(run)))) waiting_.push_back(run);
    if (const std::size_t there = static_cast<std::size_t>(campaign.runs) - waiting_.size(); there > 0)
      say_(fmt::format("{} of {} runs are finished already", there, campaign.runs));
  }

  int run() {
    try {
      while (has_work()) {
        hand_on_signal();
        for (std::size_t i = 0; i < slots_.size(); ++i) {
          look_at(slots_[i]);
          if (!slots_[i] && !leaving() && !waiting_.empty()) start_next(i);
        }
        std::this_thread::sleep_for(kBetweenLooks);
      }
    } catch (...) {
      stop_all();
      wait_for_all();
      throw;
    }
    return signal_ != 0 ? exit_code_of(signal_) : failure_;
  }

 private:
  struct Active {
    int run;
    ChildProcess process;
  };

  bool leaving() const { return signal_ != 0 || failure_ != 0; }
  bool has_work() const {
    const bool active = std::ranges::any_of(slots_, [](const auto& slot) { return slot.has_value(); });
    return active || (!waiting_.empty() && !leaving());
  }
  std::string title(int run) const {
    return fmt::format("run {} of {} (seed {})", run, campaign_.runs, campaign_.seed(run));
  }

  void hand_on_signal() {
    if (signal_ != 0 || (signal_ = signals_.received()) == 0) return;
    say_(fmt::format("{}: the runs under way end with a checkpoint", name_of_signal(signal_)));
    stop_all();
  }
  void stop_all() {
    for (const auto& slot : slots_)
      if (slot) slot->process.send(SIGTERM);
  }
  void wait_for_all() {
    for (auto& slot : slots_)
      while (slot && !slot->process.poll()) std::this_thread::sleep_for(kBetweenLooks);
  }

  void start_next(std::size_t slot) {
    const int run = waiting_.front();
    waiting_.erase(waiting_.begin());
    const fs::path directory = campaign_.directory(run);
    fs::create_directories(directory);
    const bool goes_on = state_of_run(directory) == RunState::Resumable;
    slots_[slot].emplace(run, ChildProcess({.words = command_of(campaign_, run),
                                            .environment = environment_without_mpi_world(environ),
                                            .output = directory / "output.txt",
                                            .cpus = core_share(static_cast<int>(slot), campaign_.models)}));
    say_(fmt::format("{}: {}", title(run), goes_on ? "goes on" : "begins"));
  }

  void look_at(std::optional<Active>& slot) {
    const std::optional<int> code = slot ? slot->process.poll() : std::nullopt;
    if (!code) return;
    const int run = slot->run;
    slot.reset();
    const fs::path directory = campaign_.directory(run);
    const RunState state = state_of_run(directory);
    write_record(campaign_);
    if (is_finished(state)) {
      const std::string words = last_words(directory / "output.txt");
      say_(fmt::format("{}: {}", title(run), words.substr(words.rfind('\n') + 1)));
    } else if (signal_ == 0 && failure_ == 0) {
      failure_ = *code == 2 ? 2 : 3;
      say_(fmt::format("{}: FAILED with exit code {}; its last words:\n{}", title(run), *code,
                       last_words(directory / "output.txt")));
      stop_all();
    }
  }

  const Campaign& campaign_;
  const std::function<void(const std::string&)>& say_;
  StopSignals signals_;
  std::vector<int> waiting_;
  std::vector<std::optional<Active>> slots_;
  int signal_ = 0, failure_ = 0;
};

}  // namespace

fs::path Campaign::directory(int run) const {
  return (models > 1 ? output / "weak" : output) / fmt::format("run_{}", run);
}

RunState state_of_run(const fs::path& directory) {
  std::error_code error;
  if (!fs::exists(directory / "result.txt", error)) return RunState::Absent;
  std::ifstream file(directory / "run.json");
  const json report = json::parse(file, nullptr, false);
  const json status = report.is_object() ? report.value("status", json()) : json();
  const json failure = report.is_object() ? report.value("failure", json("")) : json();
  if (status == "success") return RunState::TargetReached;
  // A loss that isn't finite is no better tomorrow; a run that was stopped, or whose machine failed, goes on.
  if (failure == "" ||
      (failure.is_string() && failure.get<std::string>().starts_with("the loss is not finite")))
    return RunState::TargetMissed;
  return fs::exists(directory / kCheckpointName, error) ? RunState::Resumable : RunState::Unfinished;
}

bool is_finished(RunState state) {
  return state == RunState::TargetReached || state == RunState::TargetMissed;
}

std::vector<std::string> command_of(const Campaign& campaign, int run) {
  constexpr std::string_view kRanks = "{ranks}";
  std::vector<std::string> words = words_in(campaign.launcher);
  bool told = false;
  for (std::string& word : words)
    if (const std::size_t at = word.find(kRanks); at != std::string::npos) {
      word.replace(at, kRanks.size(), std::to_string(campaign.ranks));
      told = true;
    }
  if (words.empty() || (!told && campaign.ranks > 1))
    throw InputError("the launcher isn't told how many ranks to start", "--launcher " + campaign.launcher,
                     "write {ranks} where their number belongs: --launcher \"mpiexec -n {ranks}\"");
  const fs::path directory = campaign.directory(run);
  words.insert(words.end(), {campaign.program, "train", campaign.config, "--output", directory.string(),
                             "--seed", std::to_string(campaign.seed(run)), "--no-progress"});
  words.insert(words.end(), campaign.train_options.begin(), campaign.train_options.end());
  if (state_of_run(directory) == RunState::Resumable) words.emplace_back("--resume");
  return words;
}

int run_campaign(const Campaign& campaign, const std::function<void(const std::string&)>& say) {
  check_launcher(campaign);
  check_output(campaign);
  write_record(campaign);
  const int code = Runner(campaign, say).run();
  write_record(campaign);
  return code;
}

}  // namespace tessera
