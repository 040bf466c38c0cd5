#include "harness/datasets/staging.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <thread>

#include "harness/process/slurm.hpp"
#include "harness/process/stopwatch.hpp"
#include "io/dataset/generated_set.hpp"
#include "io/dataset/sample_files.hpp"
#include "io/dataset/sample_share.hpp"
#include "models/base/error.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> names_of(const fs::path& folder, std::int64_t wanted) {
  std::vector<std::string> names;
  for (const fs::path& file : sample_files(folder, wanted).files) names.push_back(file.filename().string());
  return names;
}

// Few do, since their waits for a disk overlap; more where there is something to decompress.
int threads_of(const Communicator& node) {
  constexpr int kFewest = 4, kMost = 16;
  const auto cores = static_cast<int>(std::thread::hardware_concurrency());
  return std::clamp(cores / node.size(), kFewest, kMost);
}

template <class T>
T sum_over(const Communicator& group, T mine) {
  const std::vector<T> all = group.all_gather(mine);
  return std::accumulate(all.begin(), all.end(), T{});
}

StagingCounts sum_over(const Communicator& world, const StagingCounts& mine) {
  StagingCounts sum;
  for (const StagingCounts& one : world.all_gather(mine)) {
    sum.copied += one.copied;
    sum.kept += one.kept;
    sum.bytes_read += one.bytes_read;
    sum.bytes_written += one.bytes_written;
    sum.bytes_kept += one.bytes_kept;
  }
  return sum;
}

std::vector<std::string> gather_names(const Communicator& world, const std::vector<std::string>& mine) {
  std::vector<std::string> names;
  for (const std::string& of_rank : world.gather(fmt::format("{}", fmt::join(mine, "\n")), 0)) {
    std::size_t begin = 0;
    while (begin < of_rank.size()) {
      const std::size_t end = std::min(of_rank.find('\n', begin), of_rank.size());
      names.push_back(of_rank.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return names;
}

}  // namespace

StagingRequest staging_request(const Config& config, const WorkloadData& data, const Graph& network,
                               const ProcessGrid& grid, StagingPlan plan) {
  if (plan == StagingPlan::Slab && !data.keeps_boxes())
    throw InputError(
        "the plan slab stages one box of each sample, and augmentation reads others in each epoch",
        config.where("data.augment"),
        "set data.augment to none or keep_split_axes, or stage by another plan");
  return {.source = config.data.data_dir,
          .directory = {},
          .plan = plan,
          .draws_locally = config.data.shuffle == Shuffle::Local,
          .train = config.data.n_train,
          .validation = config.data.n_valid,
          .space = network.shape(0).space,
          .box_of_part = boxes_of_parts(network, grid.dims())};
}

fs::path node_local_directory(const std::string& name) {
  for (const char* variable : {"SLURM_TMPDIR", "TMPDIR"})
    if (const char* directory = std::getenv(variable); directory != nullptr && *directory != '\0')
      return fs::path(directory) / name;
  throw InputError("no directory to stage to is named, and neither SLURM_TMPDIR nor TMPDIR is set", "tessera",
                   "name a directory that is local to the node");
}

std::string to_string(const StagingSummary& summary) {
  const StagingCounts& counts = summary.counts;
  constexpr double kGigabyte = 1e9;
  const double gigabytes = static_cast<double>(counts.bytes_written) / kGigabyte;
  std::string text =
      fmt::format("staged by the plan {} on {} node{}: {} file{} copied, {:.3f} GB in {:.2f} s", summary.plan,
                  summary.nodes, summary.nodes == 1 ? "" : "s", counts.copied, counts.copied == 1 ? "" : "s",
                  gigabytes, summary.seconds);
  if (counts.copied > 0) text += fmt::format(" ({:.2f} GB/s)", gigabytes / summary.seconds);
  if (counts.kept > 0)
    text += fmt::format("; {} file{} there already, with the right checksums", counts.kept,
                        counts.kept == 1 ? " was" : "s were");
  constexpr std::size_t kNamed = 10;
  for (std::size_t i = 0; i < std::min(kNamed, summary.damaged.size()); ++i)
    text += fmt::format("\n  not as it was staged, so copied again: {}", summary.damaged[i]);
  if (summary.damaged.size() > kNamed)
    text += fmt::format("\n  and {} more", summary.damaged.size() - kNamed);
  return text;
}

nlohmann::json to_json(const StagingSummary& summary, const fs::path& directory) {
  const StagingCounts& counts = summary.counts;
  return {{"directory", directory.string()}, {"plan", summary.plan},
          {"nodes", summary.nodes},          {"seconds", summary.seconds},
          {"files_copied", counts.copied},   {"files_kept", counts.kept},
          {"read_bytes", counts.bytes_read}, {"written_bytes", counts.bytes_written},
          {"kept_bytes", counts.bytes_kept}, {"damaged", summary.damaged}};
}

Staging::Staging(const ProcessGrid& grid, StagingRequest request)
    : grid_(grid),
      request_(std::move(request)),
      node_(grid.world().split(request_.shared ? 0 : grid.node(), grid.world().rank())) {
  std::string directory = request_.directory.string();
  node_.broadcast(directory, 0);
  request_.directory = directory;
  all_or_none(grid_.world(), [this] { check_staging_paths(request_.source, request_.directory); });
  plan();
  all_or_none(grid_.world(), [this] {
    if (node_.rank() != 0) return;
    lock_ = lock_staging(request_.directory, slurm_job_has_ended);
    prepare_staging(request_.directory, copy_);
  });
}

void Staging::plan() {
  all_or_none(grid_.world(), [this] {
    if (read_staged_copy(request_.source))
      throw InputError("what is to be staged is a staged copy itself", request_.source.string(),
                       "name the data set it is a copy of");
    copy_.source = fs::canonical(request_.source).string();
    copy_.plan = request_.plan;
    copy_.train.names = names_of(request_.source / kTrain, request_.train);
    copy_.validation.names = names_of(request_.source / kValidation, request_.validation);
  });
  const int node = request_.shared ? 0 : grid_.node();
  const StagedRun run{.train = static_cast<std::int64_t>(copy_.train.names.size()),
                      .validation = static_cast<std::int64_t>(copy_.validation.names.size()),
                      .draws_locally = request_.draws_locally,
                      .ranks = grid_.world().all_gather(RankPlace{node, grid_.replica(), grid_.part()}),
                      .box_of_part = request_.box_of_part,
                      .space = request_.space};
  const SamplesToStage mine = plan_staging(request_.plan, run)[static_cast<std::size_t>(node)];
  copy_.train.here = mine.samples.train;
  copy_.validation.here = mine.samples.validation;
  if (request_.plan == StagingPlan::Slab) copy_.box = mine.box;
}

// In order, so that a rank's lie together; the few that are no samples are the first rank's.
std::vector<FileToStage> Staging::my_files() const {
  std::map<std::string, std::uint64_t> checksums = manifest_checksums(request_.source);
  std::vector<FileToStage> files;
  const auto add = [&](const std::string& name, bool is_sample) {
    const auto found = checksums.find(name);
    files.push_back(
        {name, found == checksums.end() ? std::nullopt : std::optional(found->second), is_sample});
  };
  const auto add_share = [&](const char* folder, const StagedSubset& subset) {
    const Interval mine = replica_share(count(subset.here), node_.rank(), node_.size());
    std::int64_t at = 0;
    for (const Interval here : subset.here)
      for (std::int64_t sample = here.begin; sample < here.end; ++sample, ++at)
        if (mine.contains(at))
          add(fmt::format("{}/{}", folder, subset.names[static_cast<std::size_t>(sample)]), true);
  };
  add_share(kTrain, copy_.train);
  add_share(kValidation, copy_.validation);
  if (node_.rank() != 0) return files;
  for (const std::string& name :
       {std::string(kManifestName), std::string(kStatsName), fmt::format("{}/{}", kTrain, kStatsName),
        fmt::format("{}/{}", kValidation, kStatsName)})
    if (fs::exists(request_.source / name)) add(name, false);
  return files;
}

StagingSummary Staging::run() {
  const Communicator& world = grid_.world();
  const Stopwatch watch;
  std::optional<Stager> stager;
  all_or_none(world, [&] {
    stager.emplace(Stager::Options{.source = request_.source,
                                   .directory = request_.directory,
                                   .worker = node_.rank(),
                                   .threads = threads_of(node_),
                                   .first_sample = request_.source / kTrain / copy_.train.names.front(),
                                   .box = copy_.box,
                                   .space = request_.space,
                                   .check =
                                       [this] {
                                         if (lock_) lock_->check();
                                       }},
                   my_files());
    stager->look();
  });
  const std::uint64_t missing = sum_over(node_, stager->bytes_missing());
  all_or_none(world, [&] {
    if (node_.rank() != 0 || missing == 0) return;
    check_capacity(request_.directory, missing);
    write_staged_copy(request_.directory, copy_);  // incomplete
  });
  all_or_none(world, [&] { stager->copy(); });
  copy_.complete = true;
  all_or_none(world, [&] {
    if (node_.rank() != 0) return;
    lock_->check();
    write_staged_copy(request_.directory, copy_);
  });
  return {.plan = to_string(request_.plan),
          .nodes = request_.shared ? 1 : grid_.nodes(),
          .seconds = watch.seconds(),
          .counts = sum_over(world, stager->counts()),
          .damaged = gather_names(world, stager->damaged())};
}

}  // namespace tessera
