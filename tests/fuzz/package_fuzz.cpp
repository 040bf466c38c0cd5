// The walk of a package: any tree gets a verdict. An input is a list of files, each a line "=== NAME" and the
// lines of its text; a name that begins with '@' is a link to its first line, one with '|' a pipe.

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/require.hpp"
#include "fuzz/target.hpp"
#include "submissions/package_check.hpp"
#include "support/temporary_directory.hpp"

namespace {

namespace fs = std::filesystem;
using namespace tessera;

constexpr std::string_view kMark = "=== ";

/// What stands before a mark, which is taken off the text with it.
std::string_view take_until(std::string_view& text, std::string_view mark) {
  const std::string_view taken = text.substr(0, text.find(mark));
  text.remove_prefix(std::min(text.size(), taken.size() + mark.size()));
  return taken;
}

/// A path that stays within the tree: without "..", of a bounded depth.
fs::path inner_path(std::string_view name) {
  constexpr std::size_t kLongestName = 40;
  constexpr int kDeepest = 8;
  fs::path path;
  for (int depth = 0; depth < kDeepest && !name.empty(); ++depth) {
    const std::string_view part = take_until(name, "/").substr(0, kLongestName);
    if (!part.empty() && part != ".." && part.find('\0') == std::string_view::npos) path /= std::string(part);
  }
  return path;
}

void make(const fs::path& root, std::string_view name, std::string_view text) {
  const char kind = name.empty() ? '\0' : name.front();
  if (kind == '@' || kind == '|') name.remove_prefix(1);
  const fs::path path = root / inner_path(name);
  std::error_code ignored;  // where a name is taken, or no name, there is one file fewer
  fs::create_directories(path.parent_path(), ignored);
  if (kind == '@') {
    fs::create_symlink(inner_path(text.substr(0, text.find('\n'))), path, ignored);
  } else if (kind == '|') {
    mkfifo(path.c_str(), 0600);
  } else if (!fs::exists(fs::symlink_status(path, ignored))) {
    std::ofstream(path, std::ios::binary) << text;
  }
}

void check_verdict(const Verdict& verdict) {
  require(verdict.compliant() == verdict.findings.empty());
  for (const auto* list : {&verdict.findings, &verdict.warnings})
    for (const Finding& finding : *list) require(!finding.rule.empty() && !finding.file.empty());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr int kMostFiles = 32;
  const TemporaryDirectory directory;
  const fs::path package = directory / "Org";
  fs::create_directory(package);
  std::string_view text(reinterpret_cast<const char*>(data), size);
  take_until(text, kMark);
  for (int i = 0; i < kMostFiles && !text.empty(); ++i) {
    std::string_view file = take_until(text, kMark);
    const std::string_view name = take_until(file, "\n");
    make(package, name, file);
  }
  for (const Round round : {Round::V1_0, Round::V3_0}) {
    const std::vector<Judged> judged = judge_package(package, {round, {}});
    require(!judged.empty() && judged.back().kind == Judged::Package);
    for (const Judged& one : judged) check_verdict(one.verdict);
  }
  return 0;
}
