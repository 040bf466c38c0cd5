#include "harness/process/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ostream>
#include <string_view>
#include <utility>

namespace tessera {
namespace {

constexpr auto kBetweenDraws = std::chrono::milliseconds(200);
constexpr auto kBetweenLines = std::chrono::seconds(30);
constexpr int kColumns = 79;  // one less than the narrowest usual terminal: a full line would wrap
constexpr std::string_view kEraseLine = "\r\x1b[K";

}  // namespace

std::string duration(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::lround(std::max(seconds, 0.0)));
  const std::int64_t hours = whole / 3600, minutes = whole / 60 % 60;
  if (hours > 0) return fmt::format("{}:{:02}:{:02}", hours, minutes, whole % 60);
  return fmt::format("{}:{:02}", minutes, whole % 60);
}

std::string step_line(const StepProgress& progress, int columns) {
  std::string line =
      fmt::format("epoch {}/{}  step {}/{}", progress.epoch, progress.epochs, progress.step, progress.steps);
  if (progress.samples_per_second > 0) line += fmt::format("  {:.4g} samples/s", progress.samples_per_second);
  line += fmt::format("  loss {:.4g}", progress.loss);
  if (progress.samples_per_second > 0) {
    const std::int64_t steps =
        (progress.epochs - progress.epoch) * progress.steps + progress.steps - progress.step;
    const double samples = static_cast<double>(steps) * static_cast<double>(progress.global_batch);
    line += fmt::format("  at most {} left", duration(samples / progress.samples_per_second));
  }
  return line.substr(0, static_cast<std::size_t>(std::max(columns, 0)));
}

std::string epoch_line(const EpochProgress& progress) {
  return fmt::format("epoch {}/{}: loss {:.4g}, {} {:.4f} (target {:.4g}), {:.4g} samples/s, {:.1f} s",
                     progress.epoch, progress.epochs, progress.loss, progress.metric, progress.validation,
                     progress.target, progress.samples_per_second, progress.seconds);
}

std::string work_line(const WorkProgress& progress, int columns) {
  std::string line = fmt::format("{} {}/{} {}", progress.done_so, progress.done, progress.of, progress.what);
  if (progress.bytes > 0 && progress.seconds > 0) {
    const double rate = static_cast<double>(progress.bytes) / progress.seconds;
    line += fmt::format("  {:.4g} MB/s  {} left", rate * 1e-6,
                        duration(static_cast<double>(progress.bytes_of - progress.bytes) / rate));
  }
  return line.substr(0, static_cast<std::size_t>(std::max(columns, 0)));
}

bool can_redraw(int descriptor) {
  const char* terminal = std::getenv("TERM");
  return isatty(descriptor) == 1 && terminal != nullptr && std::string_view(terminal) != "dumb";
}

Progress::Progress(std::ostream& out, bool redraw, std::function<Time()> now)
    : out_(out), redraw_(redraw), now_(std::move(now)), last_(now_()) {}

Progress::~Progress() {
  clear();
}

void Progress::step(const StepProgress& progress) {
  show([&](int columns) { return step_line(progress, columns); });
}

void Progress::work(const WorkProgress& progress) {
  show([&](int columns) { return work_line(progress, columns); });
}

void Progress::show(const std::function<std::string(int columns)>& line) {
  const Time now = now_();
  if (!redraw_) {
    if (now - last_ < kBetweenLines) return;
    out_ << line(kColumns) << std::endl;
    last_ = now;
    return;
  }
  if (drawn_ && now - last_ < kBetweenDraws) return;
  out_ << kEraseLine << line(kColumns) << std::flush;
  drawn_ = true;
  last_ = now;
}

void Progress::epoch(const EpochProgress& progress) {
  clear();
  out_ << epoch_line(progress) << std::endl;
  last_ = now_();
}

void Progress::clear() {
  if (drawn_) out_ << kEraseLine << std::flush;
  drawn_ = false;
}

}  // namespace tessera
