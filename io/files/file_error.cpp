#include "io/files/file_error.hpp"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>

#include "models/base/error.hpp"

namespace tessera {

void throw_file_error(const std::string& action, const std::filesystem::path& path, int error,
                      const std::string& fix) {
  const std::string problem = fmt::format("cannot {}: {}", action, std::strerror(error));
  if (error == EACCES || error == EPERM || error == EROFS || error == ENOENT || error == ENOTDIR)
    throw InputError(problem, path.string(), fix);
  throw MachineError(problem, path.string(), "free space on this disk or name another directory");
}

}  // namespace tessera
