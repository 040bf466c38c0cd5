#include "harness/config/broadcast_config.hpp"

#include "harness/config/config_file.hpp"
#include "io/files/whole_file.hpp"
#include "parallel/uniform.hpp"

namespace tessera {

Config broadcast_config(const Communicator& world, const std::string& name,
                        const std::vector<std::string>& overrides) {
  std::string path, text;
  all_or_none(world, [&] {
    if (world.rank() != 0) return;
    path = config_file(name);
    text = read_whole_file(path);
  });
  world.broadcast(path, 0);
  world.broadcast(text, 0);
  Config config;
  all_or_none(world, [&] { config = parse_config(text, path, overrides); });
  return config;
}

}  // namespace tessera
