#include "harness/bench/ideal_step.hpp"

#include <cstring>
#include <string>
#include <vector>

#include "parallel/place.hpp"

namespace tessera {
namespace {

// Numbers one after another: replica and part, how many forward, then those of the pass, loss and update.
std::string packed(const ProcessGrid& grid, const ComputeSeconds& mine) {
  std::vector<double> numbers{static_cast<double>(grid.replica() * grid.dims().parts() + grid.part()),
                              static_cast<double>(mine.forward.size())};
  numbers.insert(numbers.end(), mine.forward.begin(), mine.forward.end());
  numbers.insert(numbers.end(), mine.backward.begin(), mine.backward.end());
  numbers.insert(numbers.end(), {mine.loss, mine.update});
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(double)};
}

void unpack(const std::string& bytes, std::vector<ComputeSeconds>& ranks) {
  std::vector<double> numbers(bytes.size() / sizeof(double));
  std::memcpy(numbers.data(), bytes.data(), bytes.size());
  const auto forward = numbers.begin() + 2;
  const auto backward = forward + static_cast<std::ptrdiff_t>(numbers[1]);
  ranks[static_cast<std::size_t>(numbers[0])] = {.forward = {forward, backward},
                                                 .backward = {backward, numbers.end() - 2},
                                                 .loss = numbers.end()[-2],
                                                 .update = numbers.end()[-1]};
}

}  // namespace

double ideal_step(const ProcessGrid& grid, const Graph& graph, const ComputeSeconds& mine,
                  const SampleProgramOptions& options, int passes) {
  const std::vector<std::string> packets = grid.world().gather(packed(grid, mine), 0);
  if (packets.empty()) return 0;
  std::vector<ComputeSeconds> ranks(packets.size());
  for (const std::string& packet : packets) unpack(packet, ranks);
  const SampleProgram program =
      sample_program(graph, grid.dims(), place_all(graph, Partition(grid.dims()), options.overlap), options);
  return ideal_step_seconds(program, ranks, passes);
}

}  // namespace tessera
