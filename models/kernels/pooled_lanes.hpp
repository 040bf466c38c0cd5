#pragma once

#include <cstdint>
#include <limits>

#include "models/base/lanes.hpp"
#include "models/kernels/kernels.hpp"

namespace tessera {

/// In the byte that max-pooling keeps for each pooled element: it is <= 0, so the slope applies; the other
/// bits are its tap, of fewer than kPoolTaps.
inline constexpr std::int32_t kPoolSloped = 0x80;
static_assert(kPoolTaps <= kPoolSloped);

/// The largest elements so far of some channels of a pool's window, and their taps.
template <int count>
class PooledLanes {
 public:
  /// NaN counts as largest, so that it isn't lost on the way to the loss.
  void keep_larger(lanes::Floats<count> values, std::int32_t tap) {
    const lanes::Ints<count> larger = ~(values <= best_) & (best_ == best_);
    tap_of_ = larger ? lanes::Ints<count>{} + tap : tap_of_;
    best_ = larger ? values : best_;
  }
  /// y: after LeakyReLU with that slope. taps: the bytes that are kept.
  template <class T>
  void store(float slope, T* y, std::uint8_t* taps) const {
    const lanes::Ints<count> sloped = best_ <= 0;
    lanes::store<count>(sloped ? slope * best_ : best_, y);
    lanes::store<count>(tap_of_ | (sloped & kPoolSloped), taps);
  }

 private:
  lanes::Floats<count> best_ = lanes::Floats<count>{} - std::numeric_limits<float>::infinity();
  lanes::Ints<count> tap_of_{};
};

}  // namespace tessera
