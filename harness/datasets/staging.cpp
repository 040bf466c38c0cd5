#include "harness/datasets/staging.hpp"

#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <numeric>
#include <thread>

#include "harness/process/slurm.hpp"
#include "harness/process/stopwatch.hpp"
#include "harness/workloads/broadcast_listing.hpp"
#include "io/dataset/generated_set.hpp"
#include "io/dataset/sample_files.hpp"
#include "io/dataset/sample_share.hpp"
#include "io/forms/data_forms.hpp"
#include "models/base/error.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

// Few do, since their waits for a disk overlap; more where there is something to decompress.
int threads_of(const Communicator& node) {
  constexpr int kFewest = 4, kMost = 16;
  const auto cores = static_cast<int>(std::thread::hardware_concurrency());
  return std::clamp(cores / node.size(), kFewest, kMost);
}

// Ranks agree after so many files of each that all is well, so that an error of one ends all of them soon.
// Many, since those that are done earlier wait for the others.
constexpr std::size_t kFilesARound = 256;

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

bool lies_in_memory(const fs::path& directory) {
  struct statfs system {};
  return ::statfs(directory.c_str(), &system) == 0 &&
         (system.f_type == TMPFS_MAGIC || system.f_type == RAMFS_MAGIC);
}

std::vector<std::string> gather_names(const Communicator& world, const std::vector<std::string>& mine) {
  SampleNames to_send;
  for (const std::string& name : mine) to_send.add(name);
  std::vector<std::string> names;
  for (std::string& text : world.gather(to_send.text(), 0)) {
    const SampleNames of_rank(std::move(text));
    for (std::int64_t i = 0; i < of_rank.size(); ++i) names.emplace_back(of_rank[i]);
  }
  return names;
}

std::vector<std::string> each_once(std::vector<std::string> names) {
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void check_plan_of_packs(const StagingRequest& request) {
  if (request.plan != StagingPlan::Replicate)
    throw InputError(fmt::format("packs of samples are staged as a whole, and not by the plan {}",
                                 to_string(request.plan)),
                     request.source.string(), "stage by the plan replicate");
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
          .may_be_packed = data.reads_packs(),
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
  for (const std::string& name : summary.left_out)
    text += fmt::format("\n  left out of the copies, as it holds no numbers: '{}'", name);
  return text;
}

nlohmann::json to_json(const StagingSummary& summary, const fs::path& directory) {
  const StagingCounts& counts = summary.counts;
  return {{"directory", directory.string()}, {"plan", summary.plan},
          {"nodes", summary.nodes},          {"seconds", summary.seconds},
          {"files_copied", counts.copied},   {"files_kept", counts.kept},
          {"read_bytes", counts.bytes_read}, {"written_bytes", counts.bytes_written},
          {"kept_bytes", counts.bytes_kept}, {"damaged", summary.damaged},
          {"left_out", summary.left_out}};
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
  DataListing listing = broadcast_listing(grid_, request_.source);
  all_or_none(grid_.world(), [&] {
    if (!listing.staging_record.empty())
      throw InputError("what is to be staged is a staged copy itself", request_.source.string(),
                       "name the data set it is a copy of");
    copy_.source = fs::canonical(request_.source).string();
    copy_.plan = request_.plan;
    copy_.train.names = files_to_stage(take_files(listing, kTrain), request_.train).names;
    copy_.validation.names = files_to_stage(take_files(listing, kValidation), request_.validation).names;
  });
  const int node = request_.shared ? 0 : grid_.node();
  const StagedRun run{.train = copy_.train.names.size(),
                      .validation = copy_.validation.names.size(),
                      .draws_locally = request_.draws_locally,
                      .ranks = grid_.world().all_gather(RankPosition{node, grid_.replica(), grid_.part()}),
                      .box_of_part = request_.box_of_part,
                      .space = request_.space};
  const SamplesToStage mine = plan_staging(request_.plan, run)[static_cast<std::size_t>(node)];
  copy_.train.here = mine.samples.train;
  copy_.validation.here = mine.samples.validation;
  if (request_.plan == StagingPlan::Slab) copy_.box = mine.box;
}

// Which samples a pack holds isn't known before it is opened.
SampleFiles Staging::files_to_stage(SampleFiles files, std::int64_t samples) const {
  const bool packed = request_.may_be_packed && files.size() < samples;
  if (packed) check_plan_of_packs(request_);
  return first_samples(std::move(files), packed ? 0 : samples);
}

bool Staging::holds_packs() const {
  return packed_samples(Hdf5File(request_.source / kTrain / copy_.train.names[0])).has_value();
}

namespace {

/// Of packs, whose numbers these are, one sample that each is likely to hold; see ArrayDataset::file().
std::vector<std::int64_t> one_of_each(std::vector<std::int64_t> files, std::int64_t of,
                                      std::int64_t samples) {
  if (of < samples)
    for (std::int64_t& file : files) file = (file * samples + of - 1) / of;
  return files;
}

}  // namespace

std::vector<std::int64_t> Staging::my_training_samples() const {
  return one_of_each(my_share(copy_.train), copy_.train.names.size(), request_.train);
}

std::vector<std::int64_t> Staging::my_validation_samples() const {
  return one_of_each(my_share(copy_.validation), copy_.validation.names.size(), request_.validation);
}

// In order, so that those of a rank lie together.
std::vector<std::int64_t> Staging::my_share(const StagedSubset& subset) const {
  const Interval mine = part_of(count(subset.here), node_.rank(), node_.size());
  std::vector<std::int64_t> samples;
  std::int64_t at = 0;
  for (const Interval here : subset.here)
    for (std::int64_t sample = here.begin; sample < here.end; ++sample, ++at)
      if (mine.contains(at)) samples.push_back(sample);
  return samples;
}

// By name; the few that are no samples are the first rank's.
std::vector<FileToStage> Staging::my_files() const {
  std::vector<FileToStage> files;
  const bool packed = holds_packs();
  if (packed) check_plan_of_packs(request_);
  const auto add_samples = [&](const char* folder, const StagedSubset& subset) {
    for (const std::int64_t file : my_share(subset))
      files.push_back({fmt::format("{}/{}", folder, subset.names[file]), std::nullopt, !packed});
  };
  add_samples(kTrain, copy_.train);
  add_samples(kValidation, copy_.validation);
  if (node_.rank() == 0)
    for (const std::string& name :
         {std::string(kManifestName), std::string(kStatsName), fmt::format("{}/{}", kTrain, kStatsName),
          fmt::format("{}/{}", kValidation, kStatsName)})
      if (fs::exists(request_.source / name)) files.push_back({name, std::nullopt, false});
  std::ranges::sort(files, {}, &FileToStage::name);
  read_checksums(request_.source, [&](const std::string& name, std::uint64_t checksum) {
    const auto found = std::ranges::lower_bound(files, name, {}, &FileToStage::name);
    if (found != files.end() && found->name == name) found->checksum = checksum;
  });
  return files;
}

// One rank reads the journals for all of its directory, as there is one of each rank: where all share a
// directory, each would open as many files as there are ranks.
StagedFiles Staging::noted_of(const std::vector<FileToStage>& files) const {
  std::optional<JournalReader> journals;
  all_or_none(grid_.world(), [&] {
    if (node_.rank() == 0) journals.emplace(staging_scratch(request_.directory));
  });
  const auto is_wanted = [&](const std::string& name) {
    return std::ranges::binary_search(files, name, {}, &FileToStage::name);
  };
  StagedFiles noted;
  for (bool more = true; more;) {
    const std::string lines = node_.told_by(0, journals ? journals->next() : "");
    add_staged(lines, is_wanted, noted);
    more = !lines.empty();
  }
  return noted;
}

std::optional<StagingSummary> Staging::run(const std::function<bool()>& stop_requested) {
  const Communicator& world = grid_.world();
  const Stopwatch watch;
  std::vector<FileToStage> files;
  all_or_none(world, [&] { files = my_files(); });
  StagedFiles noted = noted_of(files);
  std::optional<Stager> stager;
  all_or_none(world, "staging", [&](const Moved& moved) {
    stager.emplace(Stager::Options{.source = request_.source,
                                   .directory = request_.directory,
                                   .worker = node_.rank(),
                                   .threads = threads_of(node_),
                                   .first_sample = request_.source / kTrain / copy_.train.names[0],
                                   .box = copy_.box,
                                   .space = request_.space,
                                   .check =
                                       [this] {
                                         if (lock_) lock_->check();
                                       }},
                   std::move(files));
    stager->look(std::move(noted), moved);
  });
  const std::uint64_t missing = sum_over(node_, stager->bytes_missing());
  all_or_none(world, [&] {
    if (node_.rank() != 0 || missing == 0) return;
    check_capacity(request_.directory, missing);
    write_staged_copy(request_.directory, copy_);  // incomplete
  });
  const std::size_t rounds = (stager->files_missing() + kFilesARound - 1) / kFilesARound;
  const std::int64_t most_rounds = world.max(static_cast<std::int64_t>(rounds));
  for (std::int64_t round = 0; round < most_rounds; ++round) {
    all_or_none(world, "staging", [&](const Moved& moved) { stager->copy(kFilesARound, moved); });
    if (world.max(stop_requested() ? 1 : 0) == 1) return std::nullopt;
  }
  copy_.complete = true;
  all_or_none(world, [&] {
    if (node_.rank() != 0) return;
    lock_->check();
    write_staged_copy(request_.directory, copy_);
  });
  return StagingSummary{.plan = to_string(request_.plan),
                        .nodes = request_.shared ? 1 : grid_.nodes(),
                        .seconds = watch.seconds(),
                        .counts = sum_over(world, stager->counts()),
                        .damaged = gather_names(world, stager->damaged()),
                        .left_out = each_once(gather_names(world, stager->left_out())),
                        .in_memory = world.max(lies_in_memory(request_.directory) ? 1 : 0) == 1};
}

StagingSummary Staging::run() {
  return *run([] { return false; });
}

}  // namespace tessera
