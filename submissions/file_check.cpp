#include "submissions/file_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "results/log/log_value.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostNamed = 100;

/// Findings by rule, of which not too many are kept.
class Offenders {
 public:
  void add(const std::string& rule, const fs::path& file, std::string expected, std::string found) {
    std::size_t& count = counts_[rule];
    if (++count <= kMostNamed)
      findings_.push_back({rule, file.string(), "", {}, std::move(expected), std::move(found)});
  }
  void give(const fs::path& package, Verdict& verdict) {
    std::ranges::sort(findings_, {}, [](const Finding& f) { return std::tie(f.rule, f.file); });
    for (const auto& [rule, count] : counts_)
      if (count > kMostNamed)
        findings_.push_back({rule, package.string(), "", {}, "none", fmt::format("{} of them", count)});
    verdict.findings.insert(verdict.findings.end(), findings_.begin(), findings_.end());
  }

 private:
  std::map<std::string, std::size_t> counts_;
  std::vector<Finding> findings_;
};

void check_name(const fs::path& path, Offenders& offenders) {
  const std::string name = path.filename().string();
  if (name.starts_with('.') || name.find(' ') != std::string::npos)
    offenders.add("bad-name", path, "a name without spaces and without a dot in front", show(name));
}

void check_file(const fs::directory_entry& entry, Offenders& offenders) {
  std::error_code error;
  if (entry.is_symlink(error)) {
    if (!fs::exists(entry.path(), error))
      offenders.add("broken-link", entry.path(), "a file at the end of the link",
                    show(fs::read_symlink(entry.path(), error).string()));
  } else if (const std::uintmax_t bytes = entry.file_size(error); !error && bytes > kLargestPackagedFile) {
    offenders.add("large-file", entry.path(), fmt::format("at most {} bytes", kLargestPackagedFile),
                  std::to_string(bytes));
  }
}

}  // namespace

void check_files(const fs::path& package, Verdict& verdict) {
  Offenders offenders;
  std::error_code error;
  const fs::path whole = fs::absolute(package, error).lexically_normal();
  check_name(whole.has_filename() ? whole : whole.parent_path(), offenders);

  std::vector<fs::path> to_read{package};
  while (!to_read.empty()) {
    const fs::path directory = std::move(to_read.back());
    to_read.pop_back();
    fs::directory_iterator entry(directory, error);
    for (const fs::directory_iterator end; !error && entry != end; entry.increment(error)) {
      std::error_code ignored;
      const bool link = entry->is_symlink(ignored);
      const bool to_directory = entry->is_directory(ignored);
      if (!(link && to_directory)) check_name(entry->path(), offenders);
      if (!to_directory) check_file(*entry, offenders);
      if (!link && to_directory) to_read.push_back(entry->path());
    }
    if (error) offenders.add("unreadable", directory, "a directory that can be read", error.message());
  }
  offenders.give(package, verdict);
}

}  // namespace tessera
