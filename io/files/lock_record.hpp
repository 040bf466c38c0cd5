#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tessera {

/// What a lock file says of the process that holds the lock.
struct LockRecord {
  std::string host;
  std::string system;           // the running kernel and the name space in which processes have their numbers
  std::int64_t process = 0;     // its number
  std::uint64_t started = 0;    // see start_of_process()
  std::string job;              // see job_of_this_process()
  std::string token;            // drawn for this lock alone
  std::uint64_t refreshed = 0;  // how often
};

/// "1234@north", by the environment that Slurm, PBS, LSF or Grid Engine make; "" outside of a job.
std::string job_of_this_process();

/// Of a new lock of this process.
LockRecord record_of_this_process();

/// One object of JSON, always of the same length, so that it can be written over an earlier one in place.
std::string to_text(const LockRecord& record);
/// The reverse; nothing where the text is no record, or not a whole one.
std::optional<LockRecord> lock_record_of(std::string_view text);

/// Whether there is no such process any more; nothing where this can't be told, as on another host.
std::optional<bool> has_ended(const LockRecord& record);

/// "process 1234 on nid001, of job 77@north".
std::string to_string(const LockRecord& record);

}  // namespace tessera
