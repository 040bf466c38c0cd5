#include "harness/train/step_dump.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iostream>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/machine/threads.hpp"
#include "harness/plan/run_layout.hpp"
#include "harness/train/trainer.hpp"
#include "harness/workloads/batch_size.hpp"
#include "harness/workloads/broadcast_listing.hpp"
#include "harness/workloads/make_kernels.hpp"
#include "io/files/whole_file.hpp"
#include "io/hdf5/hdf5.hpp"
#include "models/base/error.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

// MPI counts bytes in an int; a global batch of large samples has more of them.
constexpr std::size_t kMessageBytes = std::size_t{1} << 28;

/// Where what a rank holds belongs in the global batch.
struct HeldSamples {
  Layout layout;
  std::int64_t first = 0;  // sample
};

// The bytes of all ranks' tensors, by rank; on rank 0, empty elsewhere.
std::vector<std::string> gather_bytes(const Communicator& world, std::string_view mine) {
  const std::size_t step = std::max<std::size_t>(kMessageBytes / static_cast<std::size_t>(world.size()), 1);
  const auto longest = static_cast<std::size_t>(world.max(static_cast<std::int64_t>(mine.size())));
  std::vector<std::string> all(world.rank() == 0 ? static_cast<std::size_t>(world.size()) : 0);
  for (std::size_t first = 0; first < longest; first += step) {
    const std::string_view part = mine.substr(std::min(first, mine.size()), step);
    const std::vector<std::string> parts = world.gather(std::string(part), 0);
    for (std::size_t rank = 0; rank < all.size(); ++rank) all[rank] += parts[rank];
  }
  return all;
}

// A tensor of the global batch from what each rank holds of it: its replica's samples, and of each sample a
// box. Boxes may overlap, where they are equal. On rank 0; no memory elsewhere.
Tensor gather_batch(const ProcessGrid& grid, std::int64_t batch, ConstTensorView mine, const Extents& space) {
  const Communicator& world = grid.world();
  const std::vector<HeldSamples> held = world.all_gather(HeldSamples{mine.layout, grid.replica() * batch});
  const std::vector<std::string> parts =
      gather_bytes(world, {reinterpret_cast<const char*>(mine.bytes), mine.layout.bytes()});
  if (world.rank() != 0) return {};
  Layout replica = mine.layout, whole = mine.layout;
  replica.box = whole.box = Box::whole(space);
  whole.n = batch * grid.dims().replicas;
  Tensor all(whole);
  for (std::size_t rank = 0; rank < parts.size(); ++rank) {
    const HeldSamples& of_rank = held[rank];
    const TensorView into{all.view().sample(of_rank.first).bytes, replica};
    copy_box({reinterpret_cast<const std::byte*>(parts[rank].data()), of_rank.layout}, into,
             of_rank.layout.box);
  }
  return all;
}

// N D H W C without the axes that the data don't have: depth, space, and the one channel of a target over two
// axes, such as labels.
std::vector<std::int64_t> storage_shape(const Layout& layout, bool target) {
  const Extents space = layout.box.extents();
  if (layout.box.count() == 1) return {layout.n, layout.c};
  if (space.d > 1) return {layout.n, space.d, space.h, space.w, layout.c};
  if (target && layout.c == 1) return {layout.n, space.h, space.w};
  return {layout.n, space.h, space.w, layout.c};
}

/// The file as it grows, of which every rank has an object and rank 0 the bytes.
template <class T>
class StepDump {
 public:
  explicit StepDump(const ProcessGrid& grid) : grid_(grid) {}

  /// Notes what a rank knows between forward and backward alone.
  void note(const Batch& batch, ConstTensorView prediction) {
    batch_ = {copy_of(batch.input), copy_of(batch.target), copy_of(prediction)};
  }
  void add_values(ParameterStore& parameters) {
    for (int p = 0; p < parameters.count(); ++p)
      add("parameter/" + parameters.spec(p).name, parameters.spec(p).dims, parameters.value<T>(p));
  }
  void add_gradients(ParameterStore& parameters) {
    for (int p = 0; p < parameters.trained(); ++p)
      add("gradient/" + parameters.spec(p).name, parameters.spec(p).dims, parameters.gradient<T>(p));
  }
  /// The running statistics, as the step left them.
  void add_statistics(ParameterStore& parameters) {
    for (int p = parameters.trained(); p < parameters.count(); ++p)
      add("statistics/" + parameters.spec(p).name, parameters.spec(p).dims, parameters.value<T>(p));
  }
  /// The input, of these extents, then target and prediction. Collective.
  void add_batch(const std::array<std::string, 3>& names, const Extents& input, const Extents& output) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      const ConstTensorView mine = std::as_const(batch_[i]).view();
      const Tensor all = gather_batch(grid_, mine.layout.n, mine, i == 0 ? input : output);
      if (grid_.world().rank() == 0) add(names[i], storage_shape(all.layout(), i == 1), all.view().span<T>());
    }
  }
  void add_loss(double loss) { image_.add("loss", {}, std::span<const double>(&loss, 1)); }
  std::vector<std::byte> bytes() const { return image_.bytes(); }

 private:
  static Tensor copy_of(ConstTensorView tensor) {
    Layout layout = tensor.layout;
    layout.element = element_of<T>();
    Tensor copy(layout);
    convert(tensor, copy.view());
    return copy;
  }
  void add(const std::string& name, const std::vector<std::int64_t>& shape, std::span<const T> values) {
    if (grid_.world().rank() == 0) image_.add(name, std::span(shape), values);
  }

  const ProcessGrid& grid_;
  std::array<Tensor, 3> batch_;
  Hdf5Image image_;
};

template <class T>
int dump_step_as(const ProcessGrid& grid, const Workload& workload, Kernels& kernels,
                 Trainer::Options options, const std::filesystem::path& file) {
  const Communicator& world = grid.world();
  StepDump<T> dump(grid);
  options.predicted = [&dump](const Batch& batch, ConstTensorView prediction) {
    dump.note(batch, prediction);
  };
  Trainer trainer(grid, workload, kernels, std::move(options));
  dump.add_values(trainer.parameters());
  trainer.start_epoch(0);
  const std::optional<StepResult> result = trainer.step();
  if (!result) {
    const std::string first = trainer.find_not_finite();
    if (world.rank() == 0)
      std::cout << "the loss is not finite: first " << first << "; nothing was written" << std::endl;
    return 1;
  }
  trainer.average_statistics();
  dump.add_gradients(trainer.parameters());
  dump.add_statistics(trainer.parameters());
  const Graph& graph = trainer.graph();
  dump.add_batch({"input/" + graph.node(0).name, "target/" + workload.target_name(), "prediction"},
                 graph.shape(0).space, graph.shape(graph.output()).space);
  all_or_none(world, [&] {
    if (world.rank() != 0) return;
    dump.add_loss(result->loss);
    write_whole_file(file, dump.bytes());
    std::cout << fmt::format("{}: the first step, loss {:.6g}", file.string(), result->loss) << std::endl;
  });
  return 0;
}

}  // namespace

int dump_step(const Communicator& world, const Config& config, const StepDumpOptions& options,
              const std::filesystem::path& file) {
  Trainer::Options of_trainer{.seed = options.seed,
                              .batch = {},
                              .shuffle = config.data.shuffle,
                              .prefetch = 1,
                              .readers = 1,
                              .overlap = config.compute.overlap};
  RunLayout layout;
  all_or_none(world, [&] {
    layout = lay_out(config, options.seed, options.split, world.size());
    if (layout.batch.passes > 1)
      throw InputError("the step would have several passes, of which a dump holds one",
                       config.where("train.gradient_accumulation_frequency"),
                       "add --set train.gradient_accumulation_frequency=1");
  });
  of_trainer.batch = layout.batch;
  Workload& workload = *layout.workload;
  const ProcessGrid grid(world, layout.grid);
  DataListing listing = broadcast_listing(grid, workload, config.data.data_dir);
  all_or_none(world, [&] {
    // One batch is read, and none again.
    workload.open_data(std::move(listing), data_share(workload.graph(1), grid, config.data, 0));
    workload.training().check_first_sample();
  });
  set_up_threads(world, config.compute.fixed_threads());
  const std::unique_ptr<Kernels> kernels = make_kernels(config.compute);
  return with_wide_element(wide(kernels->element()), [&]<class T>(T) {
    return dump_step_as<T>(grid, workload, *kernels, std::move(of_trainer), file);
  });
}

}  // namespace tessera
