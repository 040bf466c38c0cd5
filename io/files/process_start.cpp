#include "io/files/process_start.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <sstream>
#include <string>

namespace tessera {

std::optional<std::uint64_t> start_of_process(pid_t process) {
  std::ifstream file(fmt::format("/proc/{}/stat", process));
  std::string text;
  if (!std::getline(file, text)) return std::nullopt;
  // The second field is the program's name in parentheses, which may hold blanks and parentheses itself.
  std::istringstream fields(text.substr(std::min(text.size(), text.rfind(')') + 1)));
  std::string state, passed_over;
  fields >> state;  // the third; the start is the 22nd
  for (int field = 4; field < 22; ++field) fields >> passed_over;
  std::uint64_t start = 0;
  const bool ended = state == "Z" || state == "X";
  if (!(fields >> start) || ended) return std::nullopt;
  return start;
}

double age_of_this_process() {
  const std::optional<std::uint64_t> start = start_of_process(getpid());
  timespec now{};
  if (!start || clock_gettime(CLOCK_BOOTTIME, &now) != 0) return 0;
  const double seconds = static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
  return std::max(0.0, seconds - static_cast<double>(*start) / static_cast<double>(sysconf(_SC_CLK_TCK)));
}

}  // namespace tessera
