#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace tessera {

/// A series of which, however long it grows, no more than `kMost` values are kept: each, later every second,
/// fourth, ... one, the first always among them.
template <class Value, std::size_t kMost>
class ThinnedSeries {
 public:
  void add(Value value) {
    last_ = std::move(value);
    if (seen_++ % stride_ != 0) return;
    kept_.push_back(*last_);
    if (kept_.size() < kMost) return;
    for (std::size_t i = 0; i < kMost / 2; ++i) kept_[i] = kept_[2 * i];
    kept_.resize(kMost / 2);
    stride_ *= 2;
  }

  const std::vector<Value>& kept() const { return kept_; }
  /// The same, and the last value if it isn't among them.
  std::vector<Value> with_last() const {
    std::vector<Value> values = kept_;
    if (seen_ > 0 && (seen_ - 1) % stride_ != 0) values.push_back(*last_);
    return values;
  }
  std::size_t seen() const { return seen_; }

 private:
  std::vector<Value> kept_;  // every stride_-th
  std::size_t seen_ = 0, stride_ = 1;
  std::optional<Value> last_;
};

}  // namespace tessera
