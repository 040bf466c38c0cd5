#include "models/kernels/fused_pooled_convolution.hpp"

#include <array>
#include <cassert>

#include "models/base/lanes.hpp"
#include "models/kernels/padded_row.hpp"
#include "models/kernels/pooled_lanes.hpp"
#include "models/kernels/slabbed_pooled_convolution.hpp"

namespace tessera {
namespace {

constexpr int kSums = 16;  // vectors, half of the registers
constexpr int kPool = 2;   // cells of a pool's window along an axis, and its stride
// Channels: of more, the library's sums are long enough. Of three GCC sees that a tap reads what another read
// three numbers before, and loses by what it does to keep it.
constexpr int kMostInputs = 4;

// planes: of a pool's window. inputs: channels, known to the compiler, so that the inputs of all sums are
// found by few registers.
template <int planes, int inputs>
class FusedPooledConvolution final : public PooledConvolutionKernel {
 public:
  explicit FusedPooledConvolution(const PooledConvolutionProblem& problem)
      : window_(problem.convolution.window),
        x_(problem.convolution.x.box.extents()),
        y_(problem.pool.y.box.extents()),
        n_(problem.pool.y.n),
        outputs_(problem.pool.y.c),
        padded_{y_.d * planes + window_[0].kernel - 1, y_.h * kPool + window_[1].kernel - 1,
                y_.w * kPool + window_[2].kernel - 1},
        slope_(static_cast<float>(problem.negative_slope)) {}

  void forward(ConstTensorView x, const std::byte* weights, const std::byte* bias, TensorView y,
               std::span<std::byte> saved, std::span<std::byte> scratch) override {
    auto* const padded = reinterpret_cast<float*>(scratch.data());
    pad(x.data<float>(), padded);
    const Sources sources{padded, reinterpret_cast<const float*>(weights),
                          reinterpret_cast<const float*>(bias)};
    const Results results{y.data<float>(), reinterpret_cast<std::uint8_t*>(saved.data())};
    for_each_channel_block<2 * lanes::kMost, lanes::kMost>(
        outputs_, [&](auto channels, std::int64_t channel) {
          compute<channels / lanes::kMost>(sources.from(0, channel), results.from(channel));
        });
  }

  void backward_parameters(ConstTensorView, ConstTensorView, std::span<const std::byte>, std::byte*,
                           std::byte*, std::span<std::byte>) override {
    assert(false && "made for the forward pass");
  }
  std::size_t scratch_bytes() const override {
    return static_cast<std::size_t>(n_ * padded_.d * padded_.h * row_numbers()) * sizeof(float);
  }
  std::vector<std::string> implementations() const override { return {"vector"}; }

 private:
  struct Sources {
    const float *x, *weights, *bias;  // bias: null if there is none

    Sources from(std::int64_t input, std::int64_t channel) const {
      return {x + input, weights + channel, bias ? bias + channel : nullptr};
    }
  };
  struct Results {
    float* y;
    std::uint8_t* saved;

    Results from(std::int64_t element) const { return {y + element, saved + element}; }
  };

  std::int64_t row_numbers() const { return padded_.w * inputs; }

  // Copies the input, with zeros where windows reach out of it.
  void pad(const float* x, float* to) const {
    const std::int64_t w0 = -window_[2].pad_lo;
    for (std::int64_t row = 0; row < n_ * padded_.d * padded_.h; ++row) {
      const std::int64_t n = row / (padded_.d * padded_.h),
                         d = row / padded_.h % padded_.d - window_[0].pad_lo,
                         h = row % padded_.h - window_[1].pad_lo;
      const bool inside = 0 <= d && d < x_.d && 0 <= h && h < x_.h;
      const float* const from = inside ? x + ((n * x_.d + d) * x_.h + h) * x_.w * inputs : nullptr;
      to = copy_padded_row(from, x_.w, inputs, {w0, w0 + padded_.w}, to);
    }
  }

  // Some vectors of channels of all pooled cells.
  template <int blocks>
  void compute(const Sources& sources, const Results& results) const {
    constexpr int kCells = kSums / (blocks * planes * kPool * kPool);
    for (std::int64_t row = 0; row < n_ * y_.d * y_.h; ++row) {
      const std::int64_t n = row / (y_.d * y_.h), d = row / y_.h % y_.d, h = row % y_.h;
      const std::int64_t x = ((n * padded_.d + d * planes) * padded_.h + h * kPool) * row_numbers();
      for_each_channel_block<kCells, 1>(y_.w, [&](auto cells, std::int64_t cell) {
        compute_cells<cells, blocks>(sources.from(x + cell * kPool * inputs, 0),
                                     results.from((row * y_.w + cell) * outputs_));
      });
    }
  }

  template <int cells, int blocks>
  void compute_cells(const Sources& sources, const Results& results) const {
    constexpr int kCount = lanes::kMost;
    using Lanes = lanes::Floats<kCount>;
    Lanes sums[planes][kPool][cells * kPool][blocks] = {};
    const auto for_each_sum = [&](auto&& visit) {
      for (int d = 0; d < planes; ++d)
        for (int h = 0; h < kPool; ++h)
          for (int w = 0; w < cells * kPool; ++w)
            for (int block = 0; block < blocks; ++block) visit(d, h, w, block, sums[d][h][w][block]);
    };
    if (sources.bias)
      for_each_sum([&](int, int, int, int block, Lanes& sum) {
        sum = lanes::load<kCount>(sources.bias + block * kCount);
      });
    const float* weights = sources.weights;
    const std::int64_t run = window_[2].kernel * inputs, next_row = row_numbers(),
                       next_plane = padded_.h * next_row;
    for (std::int64_t kd = 0; kd < window_[0].kernel; ++kd)
      for (std::int64_t kh = 0; kh < window_[1].kernel; ++kh) {
        const float* const x = sources.x + kd * next_plane + kh * next_row;
        for (std::int64_t i = 0; i < run; ++i, weights += outputs_) {
          Lanes weight[blocks];
          for (int block = 0; block < blocks; ++block)
            weight[block] = lanes::load<kCount>(weights + block * kCount);
          for_each_sum([&](int d, int h, int w, int block, Lanes& sum) {
            sum += weight[block] * x[d * next_plane + h * next_row + w * inputs + i];
          });
        }
      }
    PooledLanes<kCount> pooled[cells][blocks];
    for_each_sum([&](int d, int h, int w, int block, const Lanes& sum) {
      pooled[w / kPool][block].keep_larger(sum, (d * kPool + h) * kPool + w % kPool);
    });
    for (int cell = 0; cell < cells; ++cell)
      for (int block = 0; block < blocks; ++block) {
        const std::int64_t element = cell * outputs_ + block * kCount;
        pooled[cell][block].store(slope_, results.y + element, results.saved + element);
      }
  }

  std::array<LocalWindow, 3> window_;  // of the convolution
  Extents x_, y_;                      // of its input, and pooled
  std::int64_t n_, outputs_;
  Extents padded_;  // what all windows read
  float slope_;
};

template <int planes, int inputs = kMostInputs>
std::unique_ptr<PooledConvolutionKernel> make_of_planes(const PooledConvolutionProblem& problem) {
  if constexpr (inputs > 1)
    if (problem.convolution.x.c < inputs) return make_of_planes<planes, inputs / 2>(problem);
  return std::make_unique<FusedPooledConvolution<planes, inputs>>(problem);
}

}  // namespace

bool can_be_fused(const PooledConvolutionProblem& problem) {
  const ConvolutionProblem& p = problem.convolution;
  const auto& [d, h, w] = problem.pool.window;
  constexpr LocalWindow kTwo{kPool, kPool};
  // Compiled for narrower registers it may lose to the library's, which uses what the processor has.
  return lanes::kMost == 16 && can_be_slabbed(problem) && p.x.element == Element::F32 &&
         p.order == WeightOrder::SpatialInOut && p.x.c <= kMostInputs && p.x.c != 3 &&
         p.y.c % lanes::kMost == 0 && (d == kTwo || d == LocalWindow{}) && h == kTwo && w == kTwo;
}

std::unique_ptr<PooledConvolutionKernel> make_fused_pooled_convolution(
    const PooledConvolutionProblem& problem) {
  assert(can_be_fused(problem));
  return problem.pool.window[0].kernel == kPool ? make_of_planes<kPool>(problem) : make_of_planes<1>(problem);
}

}  // namespace tessera
