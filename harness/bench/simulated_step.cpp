#include "harness/bench/simulated_step.hpp"

#include <sys/mman.h>

#include <chrono>
#include <map>
#include <new>
#include <thread>

#include "harness/bench/step_profile.hpp"
#include "harness/machine/system_probe.hpp"
#include "harness/plan/split.hpp"
#include "harness/predict/kernel_times.hpp"
#include "harness/process/message_times.hpp"
#include "parallel/exchange_maker.hpp"
#include "parallel/gradient_reducer.hpp"
#include "parallel/group_sum.hpp"
#include "parallel/place.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

using Kind = ProgramStep::Kind;

/// Address space that becomes memory only where it is written, or read by a message.
class AddressSpace {
 public:
  explicit AddressSpace(std::size_t bytes) : bytes_(bytes) {
    if (bytes_ == 0) return;
    memory_ =
        mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory_ == MAP_FAILED) throw std::bad_alloc();
  }
  AddressSpace(const AddressSpace&) = delete;
  AddressSpace& operator=(const AddressSpace&) = delete;
  ~AddressSpace() {
    if (bytes_ > 0) munmap(memory_, bytes_);
  }
  std::byte* data() const { return static_cast<std::byte*>(memory_); }

 private:
  std::size_t bytes_;
  void* memory_ = nullptr;
};

/// An edge's exchange and its two tensors; the owned one lies in the wanted one where it does in a network.
class SimulatedEdge {
 public:
  SimulatedEdge(std::unique_ptr<Exchange> exchange, const Layout& owned, const Layout& wanted)
      : exchange_(std::move(exchange)),
        wanted_memory_(wanted.bytes()),
        outside_(place(owned, wanted) ? 0 : owned.bytes()),
        wanted_{wanted_memory_.data(), wanted},
        owned_{place(owned, wanted) ? wanted_memory_.data() + *place(owned, wanted) : outside_.data(),
               owned} {}

  void run(Kind kind) {
    if (kind == Kind::StartGather) exchange_->start_gather(owned_, wanted_);
    if (kind == Kind::FinishGather) exchange_->finish_gather();
    if (kind == Kind::StartScatterAdd) exchange_->start_scatter_add(wanted_, owned_);
    if (kind == Kind::FinishScatterAdd) exchange_->finish_scatter_add();
  }
  Exchange& exchange() { return *exchange_; }

 private:
  static std::optional<std::size_t> place(const Layout& owned, const Layout& wanted) {
    const bool inside = !owned.box.empty() && wanted.box.contains(owned.box);
    return inside ? run_offset(wanted, owned.box) : std::nullopt;
  }

  std::unique_ptr<Exchange> exchange_;
  AddressSpace wanted_memory_, outside_;
  TensorView wanted_, owned_;
};

/// One rank's step.
class SimulatedStep {
 public:
  SimulatedStep(const Workload& workload, const ProcessGrid& grid, const ComputeConfig& compute,
                const BatchSize& batch, const MachineDescription& machine)
      : grid_(grid),
        batch_(batch),
        graph_(workload.graph(batch.replica)),
        parameters_(graph_.parameters(), wide(compute.element)),
        placement_(place(graph_, Partition(grid.dims()), grid.part(), compute.overlap)),
        program_(compile(graph_, placement_)),
        norm_group_(
            grid.norm_group(std::max(1, static_cast<int>(workload.norm_replicas(grid.dims().replicas))))),
        spatial_(grid.spatial()),
        norm_(norm_group_),
        reducer_(grid.world(), parameters_, kGradientBucketBytes) {
    all_or_none(grid.world(), [&] {
      const auto state = static_cast<double>(workload.make_optimizer(parameters_)->state().size());
      seconds_ = KernelTimes(machine, graph_, compute.element, state).of_part(program_, placement_);
    });
    const ExchangeMaker make = exchange_maker(graph_, grid, compute.element);
    for (NodeId id = 0; id < graph_.count(); ++id)
      for (int i = 0; i < static_cast<int>(placement_.edges[id].size()); ++i)
        if (placement_.edges[id][i].exchanged) add_edge(id, i, make, compute.element);
  }

  void run() {
    for (std::int64_t pass = 1; pass <= batch_.passes; ++pass) {
      const bool reduces = pass == batch_.passes;
      profile_.begin_pass();
      for (std::size_t i = 0; i < program_.forward.size(); ++i)
        run(program_.forward[i], seconds_.forward[i], false);
      wait_for(seconds_.loss);
      profile_.done(StepPhase::Loss);
      profile_.begin_pass();
      for (std::size_t i = 0; i < program_.backward.size(); ++i)
        run(program_.backward[i], seconds_.backward[i], reduces);
    }
    reducer_.finish();
    profile_.done(StepPhase::Reduction);
    wait_for(seconds_.update);
    profile_.done(StepPhase::Update);
  }

  StepProfile& profile() { return profile_; }
  const Graph& graph() const { return graph_; }

 private:
  void add_edge(NodeId id, int input, const ExchangeMaker& make, Element element) {
    const NodeId producer = graph_.node(id).inputs[static_cast<std::size_t>(input)];
    edges_.try_emplace({id, input}, make(id, static_cast<std::size_t>(input)),
                       graph_.layout(producer, placement_.owned[producer], element),
                       graph_.layout(producer, placement_.edges[id][input].wanted, element));
  }

  static void wait_for(double seconds) {
    if (seconds > 0) std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  }

  void run(const ProgramStep& step, double seconds, bool reduces) {
    if (exchanges(step.kind)) {
      edges_.at({step.node, step.input}).run(step.kind);
    } else if (step.kind == Kind::Ready) {
      if (reduces) ready(step.node);
    } else {
      wait_for(seconds);
      if (step.kind == Kind::Forward || step.kind == Kind::BackwardInputs) sum(step.node);
    }
    after(step, reduces);
  }

  // As a network and a replica do it after each step.
  void after(const ProgramStep& step, bool reduces) {
    if (starts_exchange(step.kind)) in_flight_.push_back(&edges_.at({step.node, step.input}).exchange());
    if (finishes_exchange(step.kind)) std::erase(in_flight_, &edges_.at({step.node, step.input}).exchange());
    for (Exchange* exchange : in_flight_) exchange->poke();
    if (reduces) reducer_.poke();
    profile_.done(step);
  }

  void ready(NodeId node) {
    for (const ParameterSpec& spec : graph_.parameters(node))
      if (spec.trained) reducer_.ready(parameters_.find(spec.name));
  }

  void sum(NodeId node) {
    const Layer& layer = *graph_.node(node).layer;
    if (!layer.sums_over_group()) return;
    const Shape& shape = graph_.shape(node);
    sums_.assign(static_cast<std::size_t>(shape.c * (layer.reads_owned() ? shape.n : 2)), 0);
    (layer.reads_owned() ? spatial_ : norm_).sum(sums_);
  }

  const ProcessGrid& grid_;
  BatchSize batch_;
  Graph graph_;
  ParameterStore parameters_;
  Placement placement_;
  Program program_;
  Communicator norm_group_;
  MpiGroupSum spatial_, norm_;
  GradientReducer reducer_;
  ComputeSeconds seconds_;
  std::map<SampleProgram::Edge, SimulatedEdge> edges_;
  std::vector<Exchange*> in_flight_;
  std::vector<double> sums_;
  StepProfile profile_;
};

}  // namespace

StepBench bench_simulated_step(const Workload& workload, const ProcessGrid& grid,
                               const ComputeConfig& compute, const BatchSize& batch, std::int64_t repeats,
                               const MachineDescription& machine) {
  const Communicator& world = grid.world();
  SimulatedStep step(workload, grid, compute, batch, machine);
  step.run();  // connections become warm
  for (std::int64_t i = 0; i < repeats; ++i) {
    world.barrier();
    step.profile().begin_step();
    step.run();
    step.profile().end_step();
  }
  StepBench bench;
  bench.grid = grid.dims();
  bench.axes = spatial_axes(step.graph());
  bench.batch = batch.replica;
  bench.passes = batch.passes;
  bench.repeats = repeats;
  bench.simulated = machine.name;
  bench.element = compute.element;
  bench.peak_bytes = min_median_max_over_ranks(world, static_cast<double>(peak_memory_bytes()));
  note_times(step.profile(), world, bench);
  return bench;
}

}  // namespace tessera
