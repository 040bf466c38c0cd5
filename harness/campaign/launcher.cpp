#include "harness/campaign/launcher.hpp"

#include <fmt/format.h>

#include <sstream>
#include <string_view>

#include "harness/process/child_process.hpp"
#include "models/base/error.hpp"

namespace tessera {

std::vector<std::string> launcher_words(const std::string& launcher, int ranks) {
  constexpr std::string_view kRanks = "{ranks}";
  std::istringstream in(launcher);
  std::vector<std::string> words;
  bool told = false;
  for (std::string word; in >> word; words.push_back(word))
    if (const std::size_t at = word.find(kRanks); at != std::string::npos) {
      word.replace(at, kRanks.size(), std::to_string(ranks));
      told = true;
    }
  if (words.empty() || (!told && ranks > 1))
    throw InputError("the launcher isn't told how many ranks to start", "--launcher " + launcher,
                     "write {ranks} where their number belongs: --launcher \"mpiexec -n {ranks}\"");
  return words;
}

void check_launcher(const std::string& launcher, int ranks) {
  const std::string program = launcher_words(launcher, ranks)[0];
  if (!find_program(program))
    throw InputError(fmt::format("there is no program '{}'", program), "--launcher " + launcher,
                     "name a launcher that is in PATH, or give its path");
}

}  // namespace tessera
