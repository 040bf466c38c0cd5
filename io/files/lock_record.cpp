#include "io/files/lock_record.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>
#include <system_error>

#include "io/files/process_start.hpp"
#include "models/base/host_name.hpp"

namespace tessera {
namespace {

using nlohmann::json;

constexpr std::size_t kRecordBytes = 1024;

// Hosts of one name are told apart by it, and a host from what it was before it was started again.
std::string this_system() {
  std::error_code ignored;
  return fmt::format("{} {}", boot_id(),
                     std::filesystem::read_symlink("/proc/self/ns/pid", ignored).string());
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

std::string job_of_this_process() {
  for (const char* name : {"SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "JOB_ID"}) {
    const std::string job = variable(name), cluster = variable("SLURM_CLUSTER_NAME");
    if (!job.empty()) return cluster.empty() ? job : fmt::format("{}@{}", job, cluster);
  }
  return "";
}

LockRecord record_of_this_process() {
  std::random_device random;
  const auto draw = [&] { return static_cast<std::uint64_t>(random()) << 32 | random(); };
  return {.host = host_name(),
          .system = this_system(),
          .process = getpid(),
          .started = start_of_process(getpid()).value_or(0),
          .job = job_of_this_process(),
          .token = fmt::format("{:016x}{:016x}", draw(), draw())};
}

std::string to_text(const LockRecord& record) {
  const json object{{"host", record.host},          {"system", record.system}, {"process", record.process},
                    {"started", record.started},    {"job", record.job},       {"token", record.token},
                    {"refreshed", record.refreshed}};
  std::string text = object.dump(-1, ' ', false, json::error_handler_t::replace);
  text.resize(kRecordBytes - 1, ' ');
  return text + '\n';
}

std::optional<LockRecord> lock_record_of(std::string_view text) {
  try {
    const json object = json::parse(text);
    return LockRecord{.host = object.at("host"),
                      .system = object.at("system"),
                      .process = object.at("process"),
                      .started = object.at("started"),
                      .job = object.at("job"),
                      .token = object.at("token"),
                      .refreshed = object.at("refreshed")};
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

std::optional<bool> has_ended(const LockRecord& record) {
  if (record.system != this_system() || record.host != host_name()) return std::nullopt;
  const auto process = static_cast<pid_t>(record.process);
  if (const auto start = start_of_process(process)) return *start != record.started;
  // Where /proc hides the processes of other users, there may be one.
  if (kill(process, 0) != 0 && errno == EPERM) return std::nullopt;
  return true;
}

std::string to_string(const LockRecord& record) {
  const std::string job = record.job.empty() ? "" : ", of job " + record.job;
  return fmt::format("process {} on {}{}", record.process, record.host, job);
}

}  // namespace tessera
