#include "models/kernels/slabbed_pooled_convolution.hpp"

#include <algorithm>
#include <cassert>

#include "models/kernels/convolution_slabs.hpp"
#include "models/kernels/max_pool.hpp"
#include "models/kernels/pooled_weight_gradient.hpp"
#include "models/kernels/scratch_parts.hpp"

namespace tessera {
namespace {

// Of a slab's map, if possible: a share of the last cache, as the slab is computed by the whole team.
constexpr std::size_t kMapBytes = std::size_t{4} << 20;

class SlabbedPooledConvolution final : public PooledConvolutionKernel {
 public:
  SlabbedPooledConvolution(const PooledConvolutionProblem& problem, const MakeConvolution& convolution)
      : gradient_(problem), slope_(problem.negative_slope) {
    const std::size_t axis = slab_axis(problem.convolution);
    const std::int64_t planes = problem.pool.y.box.axes()[axis].size();
    const Layout& map = problem.pool.x;
    const std::size_t sample_bytes = map.bytes() / static_cast<std::size_t>(map.n);
    const auto slabs =
        std::min<std::int64_t>(planes, static_cast<std::int64_t>(sample_bytes / kMapBytes) + 1);
    if (map.bytes() <= kMapBytes || slabs == 1 || axis != slab_axis(as_convolution(problem.pool)))
      add(problem.convolution, problem.pool, {}, convolution);
    else
      cut(problem, axis, static_cast<int>(slabs), convolution);
  }

  void forward(ConstTensorView x, const std::byte* weights, const std::byte* bias, TensorView y,
               std::span<std::byte> saved, std::span<std::byte> scratch) override {
    const std::size_t element = bytes_of(y.layout.element);
    for (const Slab& slab : slabs_) {
      const Kind& kind = kinds_[slab.kind];
      const TensorView map{scratch.data(), kind.pool.x};
      kind.convolution_kernel->forward({x.bytes + slab.x, kind.convolution.x}, weights, bias, map,
                                       scratch.subspan(most_map_));
      kind.pool_kernel->forward(map, {y.bytes + slab.y, kind.pool.y}, saved.subspan(slab.y / element));
    }
  }

  void backward_parameters(ConstTensorView x, ConstTensorView dy, std::span<const std::byte> saved,
                           std::byte* weights_gradient, std::byte* bias_gradient,
                           std::span<std::byte> scratch) override {
    gradient_.run(x, dy, saved, weights_gradient, bias_gradient, scratch);
  }

  std::size_t scratch_bytes() const override {
    std::size_t convolution = 0;
    for (const Kind& kind : kinds_)
      convolution = std::max(convolution, kind.convolution_kernel->scratch_bytes());
    return std::max(most_map_ + convolution, gradient_.scratch_bytes());
  }
  std::vector<std::string> implementations() const override {
    return {kinds_.front().convolution_kernel->implementations().front() + ", pooled", "vector, of pooled"};
  }

 private:
  // Slabs alike.
  struct Kind {
    ConvolutionProblem convolution;
    WindowProblem pool;
    std::unique_ptr<LinearKernel> convolution_kernel;
    std::unique_ptr<MaxPoolKernel> pool_kernel;
  };
  struct Slab {
    std::size_t kind = 0, x = 0, y = 0;  // where its runs begin, in bytes
  };

  static ConvolutionProblem as_convolution(const WindowProblem& pool) {
    ConvolutionProblem problem;
    static_cast<WindowProblem&>(problem) = pool;
    return problem;
  }

  void add(const ConvolutionProblem& convolution, const WindowProblem& pool, Slab slab,
           const MakeConvolution& make) {
    const auto same = std::ranges::find_if(
        kinds_, [&](const Kind& kind) { return kind.convolution == convolution && kind.pool == pool; });
    slab.kind = static_cast<std::size_t>(same - kinds_.begin());
    slabs_.push_back(slab);
    if (same != kinds_.end()) return;
    kinds_.push_back({convolution, pool, make(convolution), make_vector_max_pool(pool, slope_)});
    most_map_ = std::max(most_map_, ScratchParts::rounded(pool.x.bytes()));
  }

  void cut(const PooledConvolutionProblem& problem, std::size_t axis, int slabs,
           const MakeConvolution& make) {
    ConvolutionProblem convolution = problem.convolution, pool = as_convolution(problem.pool);
    for (Layout* const layout : {&convolution.x, &convolution.y, &pool.x, &pool.y}) layout->n = 1;
    const std::size_t plane = pool.x.bytes() / static_cast<std::size_t>(pool.x.box.axes()[axis].size());
    for (std::size_t n = 0; n < static_cast<std::size_t>(problem.pool.y.n); ++n)
      for (int part = 0; part < slabs; ++part) {
        const ConvolutionSlab pooled =
            cut_out(pool, axis, part_of(pool.y.box.axes()[axis].size(), part, slabs));
        const auto first = static_cast<std::int64_t>(pooled.x / plane);
        const ConvolutionSlab mapped =
            cut_out(convolution, axis, {first, first + pooled.problem.x.box.axes()[axis].size()});
        add(mapped.problem, pooled.problem,
            {0, n * convolution.x.bytes() + mapped.x, n * pool.y.bytes() + pooled.y}, make);
      }
  }

  PooledWeightGradient gradient_;
  double slope_;
  std::vector<Kind> kinds_;
  std::vector<Slab> slabs_;
  std::size_t most_map_ = 0;  // bytes
};

}  // namespace

bool can_be_slabbed(const PooledConvolutionProblem& problem) {
  const ConvolutionProblem& p = problem.convolution;
  return !p.input_gradients && p.groups == 1 &&
         std::ranges::all_of(p.window, [](const LocalWindow& w) { return w.stride == 1 && w.dilation == 1; });
}

std::unique_ptr<PooledConvolutionKernel> make_slabbed_pooled_convolution(
    const PooledConvolutionProblem& problem, const MakeConvolution& convolution) {
  assert(can_be_slabbed(problem));
  return std::make_unique<SlabbedPooledConvolution>(problem, convolution);
}

}  // namespace tessera
