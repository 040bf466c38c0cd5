#pragma once

#include <string>
#include <vector>

namespace tessera {

/// The words of a launcher, as `mpiexec -n {ranks}`, for so many ranks. Throws InputError where it has none,
/// or has no {ranks} for several.
std::vector<std::string> launcher_words(const std::string& launcher, int ranks);

/// Throws so, and where there is no such program.
void check_launcher(const std::string& launcher, int ranks);

}  // namespace tessera
