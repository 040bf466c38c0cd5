#include "harness/energy/command_meter.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "harness/process/child_process.hpp"
#include "models/base/error.hpp"
#include "results/log/log_value.hpp"
#include "results/log/number_text.hpp"

namespace tessera {
namespace {

/// The reading end of what a program prints.
class OutputPipe {
 public:
  OutputPipe() {
    if (pipe2(ends_.data(), O_CLOEXEC | O_NONBLOCK) != 0)
      throw MachineError(fmt::format("no pipe can be made: {}", std::strerror(errno)), "--energy",
                         "close some files");
  }
  ~OutputPipe() {
    close(ends_[0]);
    close_writing();
  }
  OutputPipe(const OutputPipe&) = delete;
  OutputPipe& operator=(const OutputPipe&) = delete;

  /// The end that a child opens for itself, and waits at where it is full.
  std::string writing() const { return fmt::format("/proc/self/fd/{}", ends_[1]); }
  void close_writing() {
    if (ends_[1] >= 0) close(std::exchange(ends_[1], -1));
  }
  /// All that is there.
  std::string take() const {
    std::string text;
    std::array<char, 4096> piece{};
    for (ssize_t got = 0; (got = ::read(ends_[0], piece.data(), piece.size())) > 0;)
      text.append(piece.data(), static_cast<std::size_t>(got));
    return text;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

std::optional<MeterReading> reading_of(std::string_view line) {
  const std::size_t space = line.find_first_of(" \t");
  if (space == std::string_view::npos) return std::nullopt;
  const auto seconds = number_from_text(line.substr(0, space)), watts = number_from_text(line.substr(space));
  if (!seconds || !watts || !std::isfinite(*watts) || !(std::abs(*seconds) < 1e12)) return std::nullopt;
  return MeterReading{Milliseconds(std::llround(*seconds * 1000)), *watts};
}

class CommandMeter : public EnergyMeter {
 public:
  explicit CommandMeter(const std::string& command)
      : child_({.words = {"/bin/sh", "-c", command},
                .environment = environment_without_mpi_world(environ),
                .output = pipe_.writing(),
                .cpus = {}}) {
    pipe_.close_writing();
  }

  MeterKind kind() const override { return MeterKind::Program; }
  void start(Milliseconds now) override { since_ = now; }
  void read(Milliseconds now, std::vector<MeterReading>& readings) override {
    rest_ += pipe_.take();
    for (std::size_t end = 0; (end = rest_.find('\n')) != std::string::npos; rest_.erase(0, end + 1))
      add(std::string_view(rest_).substr(0, end), now, readings);
    if (const auto code = child_.poll(); code && ended_.empty())
      ended_ = fmt::format("the command ended before the run, with exit code {}", *code);
  }
  std::string complaint() const override {
    std::vector<std::string> complaints;
    if (!stray_.empty())
      complaints.push_back("the command prints what is no \"<unix seconds> <watts>\", as " + stray_);
    if (ahead_ > 0)
      complaints.push_back(
          fmt::format("{} readings of the command are of a time to come: mend its clock", ahead_));
    if (!ended_.empty()) complaints.push_back(ended_);
    return fmt::format("{}", fmt::join(complaints, "; "));
  }

 private:
  // Of the time before the start it says nothing about the run.
  void add(std::string_view line, Milliseconds now, std::vector<MeterReading>& readings) {
    const auto reading = reading_of(line);
    if (!reading) {
      if (stray_.empty()) stray_ = show(std::string(line));
    } else if (reading->time > now) {
      ++ahead_;
    } else if (reading->time > since_) {
      readings.push_back(*reading);
      since_ = reading->time;
    }
  }

  OutputPipe pipe_;
  ChildProcess child_;
  std::string rest_;  // of a line that hasn't ended
  Milliseconds since_{};
  int ahead_ = 0;
  std::string stray_, ended_;
};

}  // namespace

std::unique_ptr<EnergyMeter> make_command_meter(const std::string& command) {
  return std::make_unique<CommandMeter>(command);
}

}  // namespace tessera
