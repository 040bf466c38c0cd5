#include "harness/bench/file_rate.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <vector>

#include "harness/process/stopwatch.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

// Its bytes; 0 where it can't be read.
std::size_t read_through(const fs::path& path, std::vector<char>& buffer) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
  std::size_t bytes = 0;
  for (ssize_t n = 0; (n = read(file, buffer.data(), buffer.size())) > 0;)
    bytes += static_cast<std::size_t>(n);
  close(file);
  return bytes;
}

double rate_here(const fs::path& folder) {
  constexpr std::size_t kEnough = std::size_t{256} << 20;
  std::vector<char> buffer(std::size_t{1} << 20);
  std::size_t bytes = 0;
  std::error_code error;
  const Stopwatch watch;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    bytes += read_through(entry.path(), buffer);
    if (bytes >= kEnough) break;
  }
  return static_cast<double>(bytes) / watch.seconds();
}

}  // namespace

std::optional<double> file_rate(const fs::path& data_dir, const Communicator& world) {
  const double rate = world.all_gather(world.rank() == 0 ? rate_here(data_dir / "train") : 0.0)[0];
  return rate > 0 ? std::optional(rate) : std::nullopt;
}

}  // namespace tessera
