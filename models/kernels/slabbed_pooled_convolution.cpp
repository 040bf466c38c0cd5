#include "models/kernels/slabbed_pooled_convolution.hpp"

#include <omp.h>

#include <algorithm>
#include <cassert>

#include "models/base/region_error.hpp"
#include "models/kernels/direction.hpp"
#include "models/kernels/pooled_slabs.hpp"
#include "models/kernels/pooled_weight_gradient.hpp"
#include "models/kernels/scratch_parts.hpp"
#include "models/kernels/team_size.hpp"

namespace tessera {
namespace {

// Of a slab's map, that it may stay in the second-level cache of common processors beside what is read and
// written. Where the map is never in memory, what is read for so much of it should.
constexpr std::size_t kMapBytes = std::size_t{512} << 10;
// A thread has so many slabs at least, where rows suffice, so that none waits long for another.
constexpr std::int64_t kSlabsAThread = 8;

/// Threads of the OpenMP team take slabs of their own, and each computes them by kernels of its own: none
/// waits for another before all is done.
class SlabbedPooledConvolution final : public PooledConvolutionKernel {
 public:
  SlabbedPooledConvolution(const PooledConvolutionProblem& problem, const MakePooledConvolution& of_slab)
      : gradient_(problem),
        sample_(problem.convolution.x),
        cut_(cut_into_slabs(problem, kMapBytes, omp_get_max_threads() * kSlabsAThread)),
        team_(std::min(static_cast<std::size_t>(omp_get_max_threads()), cut_.slabs.size())) {
    sample_.n = 1;
    sample_.box = Box::whole(sample_.box.extents());
    const TeamSize one_thread(1);
    for (std::vector<Kernel>& member : team_)
      for (PooledConvolutionProblem kind : cut_.kinds) {
        kind.convolution.parameter_gradients = false;  // gradient_ has them
        member.push_back(of_slab(kind));
      }
    for (const PooledConvolutionProblem& kind : cut_.kinds)
      most_input_ = std::max(most_input_, ScratchParts::rounded(kind.convolution.x.bytes()));
  }

  void forward(ConstTensorView x, const std::byte* weights, const std::byte* bias, TensorView y,
               std::span<std::byte> saved, std::span<std::byte> scratch) override {
    const std::size_t element = bytes_of(y.layout.element);
    const auto team = static_cast<int>(team_.size());
    const auto run = [&](int member) {
      const std::span<std::byte> mine =
          scratch.subspan(static_cast<std::size_t>(member) * bytes_of_thread(), bytes_of_thread());
      for (const Slab& slab : slabs_of(member)) {
        const PooledConvolutionProblem& kind = cut_.kinds[slab.kind];
        team_[static_cast<std::size_t>(member)][slab.kind]->forward(
            input_of(slab, x, mine.data()), weights, bias, {y.bytes + slab.y * element, kind.pool.y},
            saved.subspan(slab.y), mine.subspan(most_input_));
      }
    };
    RegionError error;
#pragma omp parallel for schedule(static, 1) num_threads(team)
    for (int member = 0; member < team; ++member) error.run([&] { run(member); });
    error.rethrow();
  }

  void backward_parameters(ConstTensorView x, ConstTensorView dy, std::span<const std::byte> saved,
                           std::byte* weights_gradient, std::byte* bias_gradient,
                           std::span<std::byte> scratch) override {
    gradient_.run(x, dy, saved, weights_gradient, bias_gradient, scratch);
  }

  std::size_t scratch_bytes() const override {
    return std::max(team_.size() * bytes_of_thread(), gradient_.scratch_bytes());
  }
  std::vector<std::string> implementations() const override {
    std::vector<std::string> names;
    for (const Kernel& kind : team_.front()) names.push_back(kind->implementations().front());
    return {joined(names) + ", pooled", "vector, of pooled"};
  }

 private:
  using Slab = PooledSlabs::Slab;
  using Kernel = std::unique_ptr<PooledConvolutionKernel>;

  std::span<const Slab> slabs_of(int member) const {
    const Interval mine =
        part_of(static_cast<std::int64_t>(cut_.slabs.size()), member, static_cast<int>(team_.size()));
    return std::span(cut_.slabs)
        .subspan(static_cast<std::size_t>(mine.begin), static_cast<std::size_t>(mine.size()));
  }

  // Copied where it is no run of memory.
  ConstTensorView input_of(const Slab& slab, ConstTensorView x, std::byte* copy) const {
    const ConstTensorView sample{x.bytes + static_cast<std::size_t>(slab.sample) * sample_.bytes(), sample_};
    const Layout& layout = cut_.kinds[slab.kind].convolution.x;
    if (const auto offset = run_offset(sample_, slab.read)) return {sample.bytes + *offset, layout};
    Layout read = layout;
    read.box = slab.read;
    copy_box(sample, {copy, read}, slab.read);
    return {copy, layout};
  }

  std::size_t bytes_of_thread() const {
    std::size_t most = 0;
    for (const Kernel& kind : team_.front()) most = std::max(most, kind->scratch_bytes());
    return most_input_ + ScratchParts::rounded(most);
  }

  PooledWeightGradient gradient_;
  Layout sample_;  // of the input
  PooledSlabs cut_;
  std::vector<std::vector<Kernel>> team_;  // by thread and kind
  std::size_t most_input_ = 0;             // bytes of a slab
};

}  // namespace

bool can_be_slabbed(const PooledConvolutionProblem& problem) {
  const ConvolutionProblem& p = problem.convolution;
  return !p.input_gradients && p.groups == 1 &&
         std::ranges::all_of(p.window, [](const LocalWindow& w) { return w.stride == 1 && w.dilation == 1; });
}

std::unique_ptr<PooledConvolutionKernel> make_slabbed_pooled_convolution(
    const PooledConvolutionProblem& problem, const MakePooledConvolution& of_slab) {
  assert(can_be_slabbed(problem));
  return std::make_unique<SlabbedPooledConvolution>(problem, of_slab);
}

}  // namespace tessera
