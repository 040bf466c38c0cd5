#include "models/network/parameters.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

namespace tessera {
namespace {

bool is_trained(const ParameterSpec& spec) {
  return spec.trained;
}

}  // namespace

std::int64_t ParameterSpec::count() const {
  return std::accumulate(dims.begin(), dims.end(), std::int64_t{1}, std::multiplies<>());
}

ParameterStore::ParameterStore(std::vector<ParameterSpec> specs, Element element)
    : specs_(std::move(specs)),
      element_(element),
      trained_(static_cast<int>(std::count_if(specs_.begin(), specs_.end(), is_trained))) {
  assert(std::is_partitioned(specs_.begin(), specs_.end(), is_trained));
  const std::size_t line = 64 / bytes_of(element);
  std::size_t next = 0;
  for (const ParameterSpec& spec : specs_) {
    offsets_.push_back(next);
    next += (static_cast<std::size_t>(spec.count()) + line - 1) / line * line;
  }
  offsets_.push_back(next);
  values_ = AlignedBytes(bytes());
  gradients_ = AlignedBytes(trained_bytes());
}

int ParameterStore::find(const std::string& name) const {
  const auto found = std::find_if(specs_.begin(), specs_.end(),
                                  [&](const ParameterSpec& spec) { return spec.name == name; });
  return found == specs_.end() ? -1 : static_cast<int>(found - specs_.begin());
}

}  // namespace tessera
