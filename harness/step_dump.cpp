#include "harness/step_dump.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iostream>
#include <memory>
#include <optional>
#include <vector>

#include "harness/batch_size.hpp"
#include "harness/cosmoflow_workload.hpp"
#include "harness/make_kernels.hpp"
#include "harness/threads.hpp"
#include "harness/trainer.hpp"
#include "io/hdf5.hpp"
#include "io/whole_file.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

// MPI counts bytes in an int; a global batch of large samples has more of them.
constexpr std::size_t kMessageBytes = std::size_t{1} << 28;

// What all ranks hold of a batch, rank after rank, which is the order of the global batch; on rank 0, empty
// elsewhere. Every rank must give as much.
template <class T>
std::vector<T> gather_batch(const Communicator& world, const std::vector<T>& mine) {
  const auto ranks = static_cast<std::size_t>(world.size());
  const std::size_t step = std::max<std::size_t>(kMessageBytes / sizeof(T) / ranks, 1);
  std::vector<T> all(world.rank() == 0 ? mine.size() * ranks : 0);
  for (std::size_t first = 0; first < mine.size(); first += step) {
    const std::size_t count = std::min(step, mine.size() - first);
    const std::vector<std::string> parts =
        world.gather({reinterpret_cast<const char*>(mine.data() + first), count * sizeof(T)}, 0);
    for (std::size_t rank = 0; rank < parts.size(); ++rank)
      std::memcpy(all.data() + rank * mine.size() + first, parts[rank].data(), parts[rank].size());
  }
  return all;
}

// N D H W C, or N C for what has no space.
std::vector<std::int64_t> storage_shape(const Layout& layout, std::int64_t samples) {
  const Extents space = layout.box.extents();
  if (layout.box.count() == 1) return {samples, layout.c};
  return {samples, space.d, space.h, space.w, layout.c};
}

/// The file as it grows, of which every rank has an object and rank 0 the bytes.
template <class T>
class StepDump {
 public:
  explicit StepDump(const Communicator& world) : world_(world) {}

  /// Notes what a rank knows between forward and backward alone.
  void note(const Batch& batch, ConstTensorView prediction) {
    batch_ = {note(batch.input), note(batch.target), note(prediction)};
  }
  void add_values(ParameterStore& parameters) {
    for (int p = 0; p < parameters.count(); ++p)
      add("parameter/" + parameters.spec(p).name, parameters.spec(p).dims, parameters.value<T>(p));
  }
  void add_gradients(ParameterStore& parameters) {
    for (int p = 0; p < parameters.trained(); ++p)
      add("gradient/" + parameters.spec(p).name, parameters.spec(p).dims, parameters.gradient<T>(p));
  }
  /// Collective.
  void add_batch(const std::array<std::string, 3>& names) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      const Noted& noted = batch_[i];
      const std::vector<T> all = gather_batch(world_, noted.values);
      add(names[i], storage_shape(noted.layout, noted.layout.n * world_.size()), std::span(all));
    }
  }
  void add_loss(double loss) { image_.add("loss", {}, std::span<const double>(&loss, 1)); }
  std::vector<std::byte> bytes() const { return image_.bytes(); }

 private:
  struct Noted {
    Layout layout;
    std::vector<T> values;
  };
  static Noted note(ConstTensorView tensor) {
    const std::span<const T> values = tensor.span<T>();
    return {tensor.layout, {values.begin(), values.end()}};
  }
  void add(const std::string& name, const std::vector<std::int64_t>& shape, std::span<const T> values) {
    if (world_.rank() == 0) image_.add(name, std::span(shape), values);
  }

  const Communicator& world_;
  std::array<Noted, 3> batch_;
  Hdf5Image image_;
};

template <class T>
int dump_step_as(const Communicator& world, const Workload& workload, Kernels& kernels,
                 Trainer::Options options, const std::filesystem::path& file) {
  StepDump<T> dump(world);
  options.predicted = [&dump](const Batch& batch, ConstTensorView prediction) {
    dump.note(batch, prediction);
  };
  Trainer trainer(world, workload, kernels, std::move(options));
  dump.add_values(trainer.parameters());
  trainer.start_epoch(0);
  const std::optional<StepResult> result = trainer.step();
  if (!result) {
    const std::string first = trainer.find_not_finite();
    if (world.rank() == 0)
      std::cout << "the loss is not finite: first " << first << "; nothing was written" << std::endl;
    return 1;
  }
  dump.add_gradients(trainer.parameters());
  dump.add_batch({"input/" + trainer.graph().node(0).name, "target/" + workload.target_name(), "prediction"});
  all_or_none(world, [&] {
    if (world.rank() != 0) return;
    dump.add_loss(result->loss);
    write_whole_file(file, dump.bytes());
    std::cout << fmt::format("{}: the first step, loss {:.6g}", file.string(), result->loss) << std::endl;
  });
  return 0;
}

}  // namespace

int dump_step(const Communicator& world, const Config& config, std::uint64_t seed,
              const std::filesystem::path& file) {
  Trainer::Options options{.seed = seed, .batch = {}, .prefetch = 1};
  std::unique_ptr<Workload> workload;
  all_or_none(world, [&] {
    options.batch = resolve_batch(config, world.size());
    workload = std::make_unique<CosmoflowWorkload>(config, seed);
    workload->open_data(0);  // one batch is read, and none again
    workload->check_first_samples();
  });
  set_up_threads(world, config.compute.fixed_threads());
  const std::unique_ptr<Kernels> kernels = make_kernels(config.compute);
  return kernels->element() == Element::F64
             ? dump_step_as<double>(world, *workload, *kernels, std::move(options), file)
             : dump_step_as<float>(world, *workload, *kernels, std::move(options), file);
}

}  // namespace tessera
