#include "io/staging/staging_journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

#include "io/files/checksum.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

/// The number up to the next blank, which is taken off with it.
template <class T>
std::optional<T> take_number(std::string_view& line, int base = 10) {
  T value = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value, base);
  if (error != std::errc() || end == line.data() + line.size() || *end != ' ') return std::nullopt;
  line.remove_prefix(static_cast<std::size_t>(end - line.data()) + 1);
  return value;
}

std::string on_one_line(std::string_view name) {
  std::string line;
  for (const char c : name) {
    if (c == '\\' || c == '\n') line += '\\';
    line += c == '\n' ? 'n' : c;
  }
  return line;
}

std::string name_on(std::string_view line) {
  std::string name;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool stands_for_another = line[i] == '\\' && i + 1 < line.size();
    if (stands_for_another) ++i;
    name += stands_for_another && line[i] == 'n' ? '\n' : line[i];
  }
  return name;
}

std::optional<std::pair<std::string, StagedFile>> entry_of(std::string_view line) {
  const auto checksum = take_number<std::uint64_t>(line, 16);
  const auto bytes = checksum ? take_number<std::uint64_t>(line) : std::nullopt;
  const auto source_bytes = bytes ? take_number<std::uint64_t>(line) : std::nullopt;
  const auto source_time = source_bytes ? take_number<std::int64_t>(line) : std::nullopt;
  if (!source_time || line.empty()) return std::nullopt;
  return std::pair{name_on(line), StagedFile{*checksum, *bytes, *source_bytes, *source_time}};
}

}  // namespace

StagingJournal::StagingJournal(const std::filesystem::path& path)
    : path_(path), descriptor_(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) fail();
  // A last line that was cut short must not spoil the next.
  char last = '\n';
  const off_t end = ::lseek(descriptor_, 0, SEEK_END);
  if (end > 0 && ::pread(descriptor_, &last, 1, end - 1) == 1 && last != '\n') write("\n");
}

StagingJournal::~StagingJournal() {
  ::close(descriptor_);
}

void StagingJournal::add(const std::string& name, const StagedFile& file) {
  write(fmt::format("{} {} {} {} {}\n", checksum_text(file.checksum), file.bytes, file.source_bytes,
                    file.source_time, on_one_line(name)));
}

void StagingJournal::write(const std::string& text) {
  errno = ENOSPC;  // what a write says that is cut short
  if (::write(descriptor_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) fail();
}

void StagingJournal::fail() const {
  throw MachineError(fmt::format("cannot write the journal of staging: {}", std::strerror(errno)),
                     path_.string(), "free space on this disk or name another directory");
}

JournalReader::JournalReader(const std::filesystem::path& directory) {
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    if (entry.path().filename().string().starts_with("files-")) left_.push_back(entry.path());
}

std::string JournalReader::next() {
  constexpr std::size_t kEnough = 1 << 20;
  std::string lines;
  while (lines.size() < kEnough) {
    if (std::string line; journal_.is_open() && std::getline(journal_, line)) {
      if (!journal_.eof()) lines += line + '\n';
      continue;
    }
    if (left_.empty()) break;
    journal_ = std::ifstream(left_.back());
    left_.pop_back();
  }
  return lines;
}

void add_staged(std::string_view lines, const std::function<bool(const std::string&)>& wanted,
                StagedFiles& files) {
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    if (auto staged = entry_of(lines.substr(0, end)); staged && wanted(staged->first))
      files.insert(std::move(*staged));
    lines.remove_prefix(std::min(end, lines.size() - 1) + 1);
  }
}

StagedFiles read_journals(const std::filesystem::path& directory,
                          const std::function<bool(const std::string&)>& wanted) {
  StagedFiles files;
  JournalReader journals(directory);
  for (std::string lines = journals.next(); !lines.empty(); lines = journals.next())
    add_staged(lines, wanted, files);
  return files;
}

}  // namespace tessera
