#include <algorithm>

#include "harness/bench/sample_flows.hpp"
#include "harness/bench/stored_sample.hpp"
#include "io/hdf5/stored_element.hpp"
#include "parallel/uniform.hpp"

namespace tessera {

template <class T>
std::vector<BenchedFlow> bench_files(const Communicator& world, const BenchedSamples& samples,
                                     std::int64_t repeats) {
  std::vector<BenchedFlow> flows;
  std::vector<T> dense;
  std::vector<StoredChunk> chunks;
  const auto open = [&](std::int64_t sample) {
    return StoredSample<T>(samples.dataset.file(sample), samples.array, samples.input.box, sample);
  };
  std::size_t stored = 0, inflated = 0;
  all_or_none(world, [&] {
    for (const std::int64_t i : samples.samples) {
      const StoredSample<T> sample = open(i);
      stored += sample.read(dense, chunks);
      if (sample.filtered()) inflated += sample.inflated_bytes();
    }
  });
  const auto read_all = [&](int) {
    for (const std::int64_t i : samples.samples) open(i).read(dense, chunks);
  };
  std::vector<std::byte> plain(stored / samples.samples.size());
  const auto read_plain = [&] {
    for (const std::int64_t i : samples.samples) read_plainly(samples.dataset.file(i), plain);
  };
  flows.push_back(time_flow(world, repeats, {"read", stored, read_all, "pread", read_plain}));
  if (world.max(inflated > 0 ? 1 : 0) == 0) return flows;

  const StoredSample<T> sample = open(samples.samples.front());
  sample.read(dense, chunks);
  const std::size_t bytes = sample.filtered() ? sample.inflated_bytes() : 0;
  const auto undo = [&](int) {
    if (sample.filtered()) sample.undo_filters(chunks);
  };
  flows.push_back(time_flow(world, repeats, {"inflate", bytes, undo, "memcpy", MemoryCopy(bytes, 1)}));
  return flows;
}

#define TESSERA_STORED_ELEMENT(T) \
  template std::vector<BenchedFlow> bench_files<T>(const Communicator&, const BenchedSamples&, std::int64_t);
TESSERA_FOR_STORED_ELEMENTS(TESSERA_STORED_ELEMENT)
#undef TESSERA_STORED_ELEMENT

}  // namespace tessera
