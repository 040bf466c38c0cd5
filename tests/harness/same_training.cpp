#include <fmt/core.h>

#include <cstring>

#include "io/hdf5/checkpoint.hpp"
#include "models/base/error.hpp"

// same_training A B: two checkpoints hold the same training to the bit: parameters, optimizer, how far it
// came, and the history but for its times. Exit code 0 if so, 1 with what differs if not.
namespace tessera {
namespace {

constexpr std::size_t kColumns = 8, kWithoutTimes = 5;  // of the history

std::vector<double> history_without_times(const Checkpoint& checkpoint) {
  const std::span<const std::byte> bytes = checkpoint.tensors.at("history").values;
  std::vector<double> values(bytes.size() / sizeof(double)), kept;
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    if (i % kColumns < kWithoutTimes) kept.push_back(values[i]);
  return kept;
}

int differences(const Checkpoint& a, const Checkpoint& b) {
  int found = 0;
  const auto expect = [&found](bool same, const std::string& what) {
    if (!same) fmt::print("{} differs\n", what);
    found += same ? 0 : 1;
  };
  expect(a.tensors.size() == b.tensors.size(), "the number of tensors");
  int tensors = 0;
  for (const auto& [name, tensor] : a.tensors) {
    if (!name.starts_with("parameter/") && !name.starts_with("optimizer/")) continue;
    const auto other = b.tensors.find(name);
    expect(other != b.tensors.end() && other->second == tensor, name);
    ++tensors;
  }
  expect(tensors > 0, "that there are tensors");
  expect(history_without_times(a) == history_without_times(b), "history");
  for (const char* name : {"epoch", "step", "step_of_epoch", "seed"})
    expect(a.attributes.at(name) == b.attributes.at(name), name);
  return found;
}

}  // namespace
}  // namespace tessera

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: same_training A.h5 B.h5\n");
    return 2;
  }
  try {
    return tessera::differences(tessera::read_checkpoint(argv[1]), tessera::read_checkpoint(argv[2])) == 0
               ? 0
               : 1;
  } catch (const tessera::Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return error.exit_code();
  }
}
