#include "io/staging/stager.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "io/files/checksum.hpp"
#include "io/files/dangling_link.hpp"
#include "io/files/in_parallel.hpp"
#include "io/files/whole_file.hpp"
#include "io/staging/sample_twin.hpp"
#include "io/staging/staged_form.hpp"
#include "io/staging/staging_directory.hpp"
#include "io/staging/staging_journal.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMemoryBytes = std::size_t{192} << 20;  // of all threads

/// Size and time of a source, by which a change is seen.
StagedFile source_of(const fs::path& path) {
  struct stat found {};
  const int failed = ::stat(path.c_str(), &found);
  if (failed != 0 || !S_ISREG(found.st_mode) || ::access(path.c_str(), R_OK) != 0)
    throw InputError(
        fmt::format("a file of the data set can't be read: {}",
                    failed == 0 && !S_ISREG(found.st_mode) ? "this is no regular file"
                                                           : why_missing(path, std::strerror(errno))),
        path.string(), "make it readable, remove it, or copy or generate the data set again");
  constexpr std::int64_t kNanoseconds = 1'000'000'000;
  return {.source_bytes = static_cast<std::uint64_t>(found.st_size),
          .source_time = found.st_mtim.tv_sec * kNanoseconds + found.st_mtim.tv_nsec};
}

bool is_unchanged(const StagedFile& then, const StagedFile& now) {
  return then.source_bytes == now.source_bytes && then.source_time == now.source_time;
}

/// Where a file is written and summed up on its way.
class SummedFile {
 public:
  SummedFile(const fs::path& path, const fs::path& partial) : file_(path, partial) {}

  void write(std::span<const std::byte> bytes) {
    sum_.add(bytes);
    file_.write(bytes);
    bytes_ += bytes.size();
  }
  std::uint64_t checksum() const { return sum_.value(); }
  std::uint64_t bytes() const { return bytes_; }
  void commit() { file_.commit_unsynced(); }

 private:
  PartialFile file_;
  RunningChecksum sum_;
  std::uint64_t bytes_ = 0;
};

void check_manifest(const FileToStage& file, std::uint64_t checksum, const fs::path& path) {
  if (file.checksum && *file.checksum != checksum)
    throw InputError(
        fmt::format("a file of the data set is damaged: its checksum is {}, and {} in the manifest",
                    checksum_text(checksum), checksum_text(*file.checksum)),
        path.string(), "copy or generate the data set again");
}

}  // namespace

/// What the threads share.
struct Stager::State {
  explicit State(const Options& options)
      : journal(staging_scratch(options.directory) / fmt::format("files-{}.txt", options.worker)) {}

  StagedFiles noted;                      // of the files of this rank
  std::vector<NamedArray> form;           // of all samples
  std::set<std::string> left_out;         // see left_out()
  std::optional<SampleTwin> twin;         // of the first, where samples are copied as they are
  std::unique_ptr<StagedForm> rewritten;  // what they become where they aren't
  StagingJournal journal;
  std::mutex mutex;  // of `rewritten`, `left_out`, and of what look_at() finds
  std::atomic<std::int64_t> next_partial = 0, copied = 0, kept = 0;
  std::atomic<std::uint64_t> bytes_read = 0, bytes_written = 0, bytes_kept = 0;
};

Stager::Stager(Options options, std::vector<FileToStage> files)
    : options_(std::move(options)), files_(std::move(files)), state_(std::make_unique<State>(options_)) {
  std::ranges::sort(files_, {}, &FileToStage::name);
}

Stager::~Stager() = default;

StagingCounts Stager::counts() const {
  return {state_->copied, state_->kept, state_->bytes_read, state_->bytes_written, state_->bytes_kept};
}

void Stager::look(StagedFiles noted, const std::function<void()>& moved) {
  state_->noted = std::move(noted);
  const Hdf5File first(options_.first_sample);
  const SampleArrays arrays = arrays_of(first);
  for (const NamedArray& a : arrays.numbers) first.check_whole(a.name);
  state_->form = arrays.numbers;
  if (!options_.box && is_in_one_piece(first, arrays)) {
    state_->twin.emplace(first, state_->form);
  } else {
    const std::size_t most = kMemoryBytes / rewritten().memory_bytes(first);
    options_.threads =
        std::clamp(static_cast<int>(std::min<std::size_t>(most, 1 << 16)), 1, options_.threads);
  }
  in_parallel(
      files_.size(), options_.threads, [this](std::size_t i) { look_at(files_[i]); }, moved);
  std::ranges::sort(missing_, {}, &FileToStage::name);
  std::ranges::sort(damaged_);
}

// Made when the first sample needs it: most data sets need none.
const StagedForm& Stager::rewritten() {
  const std::lock_guard lock(state_->mutex);
  if (!state_->rewritten) {
    const fs::path scratch = staging_scratch(options_.directory) / fmt::format("form-{}.h5", options_.worker);
    state_->rewritten = std::make_unique<StagedForm>(state_->form, options_.space,
                                                     options_.box.value_or(Box::whole(options_.space)),
                                                     options_.first_sample, scratch);
  }
  return *state_->rewritten;
}

void Stager::look_at(const FileToStage& file) {
  const StagedFile source = source_of(options_.source / file.name);
  const fs::path copy = options_.directory / file.name;
  std::error_code error;
  const std::uint64_t bytes = fs::file_size(copy, error);
  bool was_noted = false;
  if (!error) {
    const auto [begin, end] = state_->noted.equal_range(file.name);
    std::optional<std::uint64_t> checksum;
    for (auto entry = begin; entry != end; ++entry) {
      if (!is_unchanged(entry->second, source)) continue;
      was_noted = true;
      if (entry->second.bytes != bytes) continue;
      if (!checksum) checksum = checksum_of_file(copy);
      if (*checksum != entry->second.checksum) continue;
      ++state_->kept;
      state_->bytes_kept += bytes;
      return;
    }
  }
  const std::lock_guard lock(state_->mutex);
  missing_.push_back(&file);
  bytes_missing_ += file.is_sample && state_->rewritten ? state_->rewritten->bytes() : source.source_bytes;
  if (was_noted) damaged_.push_back(file.name);
}

void Stager::copy(std::size_t files, const std::function<void()>& moved) {
  const std::size_t first = copied_, count = std::min(files, files_missing());
  in_parallel(
      count, options_.threads, [this, first](std::size_t i) { copy_one(*missing_[first + i]); }, moved);
  copied_ += count;
}

// A sample of the form of the others?
void Stager::check_form(const std::vector<NamedArray>& found, const fs::path& sample) const {
  if (found == state_->form) return;
  const auto listed = [](const std::vector<NamedArray>& arrays) {
    std::string text;
    for (const NamedArray& a : arrays)
      text += fmt::format("{}'{}' {}", text.empty() ? "" : ", ", a.name, to_string(a.array));
    return text.empty() ? "nothing" : text;
  };
  throw InputError(fmt::format("a sample differs in form from the first: it holds {}, and the first {}",
                               listed(found), listed(state_->form)),
                   sample.string(), "remove it, or copy or generate the data set again");
}

std::vector<std::string> Stager::left_out() const {
  return {state_->left_out.begin(), state_->left_out.end()};
}

void Stager::copy_one(const FileToStage& file) {
  options_.check();
  const fs::path path = options_.source / file.name;
  StagedFile staged = source_of(path);
  SummedFile into(options_.directory / file.name,
                  staging_scratch(options_.directory) /
                      fmt::format("{}-{}.partial", options_.worker, state_->next_partial++));
  const auto write = [&](std::span<const std::byte> bytes) { into.write(bytes); };
  bool as_it_is = true;
  if (file.is_sample && !(state_->twin && state_->twin->is_equal(path))) {
    const Hdf5File sample(path);
    const SampleArrays arrays = arrays_of(sample);
    check_form(arrays.numbers, path);
    as_it_is = !options_.box && is_in_one_piece(sample, arrays);
    if (!as_it_is) {
      {
        const std::lock_guard lock(state_->mutex);
        state_->left_out.insert(arrays.others.begin(), arrays.others.end());
      }
      if (file.checksum && !options_.box) check_manifest(file, checksum_of_file(path), path);
      state_->bytes_read += rewritten().write(sample, write);
    }
  }
  if (as_it_is) {
    read_in_pieces(path, write);
    state_->bytes_read += into.bytes();
    check_manifest(file, into.checksum(), path);
  }
  into.commit();
  staged.checksum = into.checksum();
  staged.bytes = into.bytes();
  state_->journal.add(file.name, staged);
  ++state_->copied;
  state_->bytes_written += into.bytes();
}

}  // namespace tessera
