#include "io/files/directory_lock.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <system_error>
#include <utility>

#include "io/files/checksum.hpp"
#include "io/files/file_error.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

/// An open file, by its descriptor.
class LockFile {
 public:
  LockFile(const fs::path& path, int flags) : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {}
  ~LockFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;

  bool is_open() const { return descriptor_ >= 0; }
  /// Over what is there, and to where other hosts see it.
  bool write(const std::string& text) {
    const ssize_t written = ::pwrite(descriptor_, text.data(), text.size(), 0);
    return written == static_cast<ssize_t>(text.size()) && ::fsync(descriptor_) == 0;
  }
  std::optional<std::string> read() {
    std::string text(std::size_t{1} << 12, '\0');
    const ssize_t bytes = ::pread(descriptor_, text.data(), text.size(), 0);
    if (bytes < 0) return std::nullopt;
    text.resize(static_cast<std::size_t>(bytes));
    return text;
  }

 private:
  int descriptor_;
};

[[noreturn]] void fail_to(const char* action, const fs::path& file, int error) {
  throw_file_error(fmt::format("{} the file of a lock", action), file, error,
                   "name a directory that may be written");
}

/// What it says; nothing where there is none. ESTALE: another host has removed it.
std::optional<std::string> text_in(const fs::path& path) {
  LockFile file(path, O_RDONLY);
  std::optional<std::string> text;
  if (file.is_open()) text = file.read();
  if (!text && errno != ENOENT && errno != ESTALE) fail_to("read", path, errno);
  return text;
}

std::optional<LockRecord> record_of(const std::optional<std::string>& text) {
  return text ? lock_record_of(*text) : std::nullopt;
}

std::optional<LockRecord> record_in(const fs::path& path) {
  return record_of(text_in(path));
}

}  // namespace

DirectoryLock::DirectoryLock(const fs::path& directory, LockOptions options)
    : file_(directory / kLockName), options_(std::move(options)), mine_(record_of_this_process()) {
  constexpr int kTries = 100;
  constexpr std::chrono::milliseconds kPause(10);
  int vanished = 0;
  while (!create(file_)) {
    const std::optional<std::string> text = text_in(file_);
    if (!text) {  // released meanwhile, unless it is a link that leads nowhere
      if (++vanished == kTries)
        throw MachineError("the file of a lock is there, and can be neither read nor made", file_.string(),
                           "remove it where it is a link that leads nowhere");
      std::this_thread::sleep_for(kPause);
    } else if (is_free(*text)) {
      if (take_over(*text)) break;
    } else if (const auto holder = record_in(file_)) {
      refuse(*holder);
    }
  }
  refresher_ = std::thread([this] { keep_refreshing(); });
}

DirectoryLock::~DirectoryLock() {
  {
    const std::lock_guard guard(mutex_);
    ends_ = true;
  }
  ending_.notify_all();
  refresher_.join();
  try {
    if (is_ours()) ::unlink(file_.c_str());
  } catch (const Error&) {  // what can't be read isn't removed
  }
}

bool DirectoryLock::create(const fs::path& path) const {
  LockFile file(path, O_WRONLY | O_CREAT | O_EXCL);
  if (!file.is_open() && errno == EEXIST) return false;
  if (!file.is_open()) fail_to("create", path, errno);
  if (file.write(to_text(mine_))) return true;
  const int error = errno;
  ::unlink(path.c_str());
  fail_to("write", path, error);
}

bool DirectoryLock::is_free(const std::string& text) const {
  const std::optional<LockRecord> holder = lock_record_of(text);
  if (const auto ended = holder ? has_ended(*holder) : std::nullopt) return *ended;
  if (holder && !holder->job.empty() && options_.job_has_ended(holder->job)) return true;
  return !is_refreshed(text);
}

bool DirectoryLock::is_refreshed(const std::string& text) const {
  const auto end = std::chrono::steady_clock::now() + options_.patience;
  while (std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(options_.refresh / 10);
    if (text_in(file_) != text) return true;
  }
  return false;
}

// Several may find at once that it is free. The file to put in its place has a name that all of them would
// give it, so that one alone can make it; and that one looks once more before it does.
bool DirectoryLock::take_over(const std::string& text) {
  RunningChecksum sum;
  sum.add(std::as_bytes(std::span(text)));
  const fs::path next = fmt::format("{}.{}", file_.string(), checksum_text(sum.value()));
  if (!create(next)) {
    if (!is_refreshed(text)) ::unlink(next.c_str());  // who made it is gone, too
    return false;
  }
  if (text_in(file_) == text && ::rename(next.c_str(), file_.c_str()) == 0) return true;
  ::unlink(next.c_str());
  return false;
}

void DirectoryLock::refuse(const LockRecord& holder) const {
  throw InputError(fmt::format("{} is in use by {}", options_.what, to_string(holder)),
                   file_.parent_path().string(), options_.fix);
}

bool DirectoryLock::is_ours() {
  const std::optional<LockRecord> holder = record_in(file_);
  if (!holder || holder->token != mine_.token) lost_ = true;
  return !lost_;
}

void DirectoryLock::check() {
  const std::lock_guard guard(mutex_);
  if (is_ours()) return;
  const std::optional<LockRecord> holder = record_in(file_);
  throw MachineError(
      holder ? fmt::format("{} was taken over by {}", options_.what, to_string(*holder))
             : fmt::format("{} isn't this process's any more: the file of its lock is gone", options_.what),
      file_.string(), "leave this file alone while a process is under way, and start it again");
}

// Of the file that was looked at, and of no other that may stand in its place by now.
void DirectoryLock::refresh() {
  LockFile file(file_, O_RDWR);
  const std::optional<LockRecord> holder = record_of(file.is_open() ? file.read() : std::nullopt);
  if (!holder || holder->token != mine_.token) {
    is_ours();
    return;
  }
  ++mine_.refreshed;
  file.write(to_text(mine_));  // where the disk fails for once, the next may do
}

void DirectoryLock::keep_refreshing() {
  std::unique_lock guard(mutex_);
  while (!lost_ && !ending_.wait_for(guard, options_.refresh, [this] { return ends_; })) try {
      refresh();
    } catch (const Error&) {  // a file that can't be read now is looked at again
    }
}

bool is_empty_but_for_lock(const fs::path& directory) {
  return std::ranges::all_of(fs::directory_iterator(directory), [](const fs::directory_entry& entry) {
    return entry.path().filename() == kLockName;
  });
}

}  // namespace tessera
