#include "harness/bench/sample_flows.hpp"
#include "io/dataset/loader.hpp"
#include "parallel/uniform.hpp"

namespace tessera {

std::vector<BenchedFlow> bench_feeding(const Communicator& world, const BenchedSamples& samples,
                                       const DataConfig& data, std::int64_t repeats) {
  Layout of_sample = samples.input;
  of_sample.n = 1;
  Tensor input(of_sample);
  const std::size_t bytes = input.view().layout.bytes() * samples.samples.size();
  const auto convert = [&](int epoch) {
    for (const std::int64_t sample : samples.samples) samples.dataset.read_input(sample, epoch, input.view());
  };
  all_or_none(world, [&] { convert(0); });
  const std::uint64_t read_before = samples.dataset.bytes_read();
  const MemoryCopy copy(input.view().layout.bytes(), samples.samples.size());
  std::vector<BenchedFlow> flows = {time_flow(world, repeats, {"convert", bytes, convert, "memcpy", copy})};
  if (world.max(samples.dataset.bytes_read() > read_before ? 1 : 0) > 0)
    flows.back().name = "read and convert";  // these samples can't be kept in memory
  Loader loader(samples.dataset, samples.input, samples.target, static_cast<int>(data.prefetch),
                static_cast<int>(data.n_parallel_reads));
  const auto feed = [&](int epoch) {
    loader.start(epoch, samples.samples, static_cast<std::int64_t>(samples.samples.size()));
    while (loader.remaining() > 0) loader.next();
  };
  flows.push_back(time_flow(world, repeats, {"feed", bytes, feed, "memcpy", copy}));
  return flows;
}

}  // namespace tessera
