#include "harness/config/shared_config.hpp"

#include "io/files/whole_file.hpp"
#include "parallel/uniform.hpp"

namespace tessera {

Config shared_config(const Communicator& world, const std::string& path,
                     const std::vector<std::string>& overrides) {
  std::string text;
  all_or_none(world, [&] {
    if (world.rank() == 0) text = read_whole_file(path);
  });
  world.broadcast(text, 0);
  Config config;
  all_or_none(world, [&] { config = parse_config(text, path, overrides); });
  return config;
}

}  // namespace tessera
