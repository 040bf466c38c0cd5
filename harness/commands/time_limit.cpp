#include "harness/commands/time_limit.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <regex>
#include <thread>

#include "harness/process/slurm.hpp"
#include "io/files/process_start.hpp"
#include "models/base/error.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

constexpr double kMarginOfJob = 60;  // seconds
constexpr const char* kOfARun = "--time-limit";

// A job that has just begun, as one that was put into the queue again, isn't always known yet.
std::optional<double> patient_seconds_left_of_slurm_job() {
  constexpr int kTries = 10;
  std::optional<double> left = seconds_left_of_slurm_job();
  for (int i = 1; i < kTries && !left && std::getenv("SLURM_JOB_ID") != nullptr; ++i) {
    std::this_thread::sleep_for(std::chrono::seconds(1));
    left = seconds_left_of_slurm_job();
  }
  return left;
}

}  // namespace

double time_limit_of(const std::string& text, const std::string& option) {
  static const std::regex clock("([0-9]{1,5}):([0-5][0-9]):([0-5][0-9])"),
      plain("[0-9]{1,9}(\\.[0-9]{1,9})?");
  double seconds = 0;
  std::smatch part;
  if (std::regex_match(text, part, clock))
    seconds = std::stod(part[1]) * 3600 + std::stod(part[2]) * 60 + std::stod(part[3]);
  else if (std::regex_match(text, plain))
    seconds = std::stod(text);
  if (!(seconds > 0))
    throw InputError(fmt::format("'{}' is no time", text), option,
                     fmt::format("give seconds above 0, or hours, minutes and seconds as in 1:30:00{}",
                                 option == kOfARun ? ", or job" : ""));
  return seconds;
}

std::optional<double> shared_time_limit(const Communicator& world, const std::string& text) {
  if (text.empty()) return std::nullopt;
  double seconds = 0;
  all_or_none(world, [&] {
    if (world.rank() != 0) return;
    if (text != "job") {
      seconds = time_limit_of(text, kOfARun);
      return;
    }
    const std::optional<double> left = patient_seconds_left_of_slurm_job();
    if (!left)
      throw InputError("Slurm doesn't say how long this job may go on", "--time-limit job",
                       "call it in a Slurm job, where `squeue` works, or give seconds");
    seconds = age_of_this_process() + std::max(*left - kMarginOfJob, *left / 2);
  });
  world.broadcast(std::as_writable_bytes(std::span(&seconds, 1)), 0);
  return std::isinf(seconds) ? std::nullopt : std::optional(seconds);
}

}  // namespace tessera
