#include "results/check/log_files.hpp"

#include <algorithm>
#include <string>

#include "models/base/error.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The number that text begins with, taken off it, as its digits without leading zeros.
std::string_view take_number(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  std::string_view digits(text.begin(), end);
  text.remove_prefix(digits.size());
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return digits;
}

/// Negative, 0 or positive as a comes before b, is alike or comes after it, numbers taken as such.
int compare_by_number(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    if (is_digit(a.front()) && is_digit(b.front())) {
      const std::string_view x = take_number(a), y = take_number(b);
      if (x.size() != y.size()) return x.size() < y.size() ? -1 : 1;
      if (const int order = x.compare(y); order != 0) return order;
    } else if (a.front() != b.front()) {
      return static_cast<unsigned char>(a.front()) < static_cast<unsigned char>(b.front()) ? -1 : 1;
    } else {
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  return static_cast<int>(!a.empty()) - static_cast<int>(!b.empty());
}

}  // namespace

bool is_log_name(std::string_view name) {
  return name == "result.txt" || is_numbered_log_name(name);
}

bool is_numbered_log_name(std::string_view name) {
  return name.starts_with("result_") && name.ends_with(".txt");
}

bool comes_before(const fs::path& a, const fs::path& b) {
  const int order = compare_by_number(a.native(), b.native());
  return order != 0 ? order < 0 : a.native() < b.native();
}

std::map<fs::path, std::vector<fs::path>, PathOrder> logs_below(const fs::path& root) {
  std::map<fs::path, std::vector<fs::path>, PathOrder> logs;
  try {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root)) {
      if (!is_log_name(entry.path().filename().string())) continue;
      std::error_code broken;  // a link in a loop is no directory: reading it says what is wrong
      if (!entry.is_directory(broken)) logs[entry.path().parent_path()].push_back(entry.path());
    }
  } catch (const fs::filesystem_error& error) {
    throw InputError("this directory can't be read", error.path1().string(), "see to its permissions");
  }
  for (auto& [directory, files] : logs) std::sort(files.begin(), files.end(), comes_before);
  return logs;
}

RunRecord read_found_log(const fs::path& path, const EntryObserver& observe) {
  try {
    return read_log(path, observe);
  } catch (const InputError& error) {
    RunRecord run;
    run.file = path.string();
    run.unreadable = error.problem();
    return run;
  }
}

}  // namespace tessera
