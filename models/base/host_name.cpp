#include "models/base/host_name.hpp"

#include <unistd.h>

#include <array>
#include <climits>
#include <fstream>

namespace tessera {

std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

std::string boot_id() {
  std::string id;
  std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), id);
  return id;
}

}  // namespace tessera
