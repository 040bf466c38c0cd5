#include "io/dataset/sample_names.hpp"

#include <cassert>
#include <utility>

namespace tessera {
namespace {

constexpr std::int64_t kStride = 16;  // of names whose place is known; from there on others are counted

}  // namespace

SampleNames::SampleNames(std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) add(name);
}

SampleNames::SampleNames(std::string text) : text_(std::move(text)) {
  for (std::size_t at = 0; at < text_.size(); at = text_.find('\0', at) + 1)
    if (count_++ % kStride == 0) begins_.push_back(at);
}

void SampleNames::add(std::string_view name) {
  if (count_++ % kStride == 0) begins_.push_back(text_.size());
  text_.append(name);
  text_.push_back('\0');
}

void SampleNames::keep_first(std::int64_t count) {
  assert(count >= 0 && count <= count_);
  text_.resize(begin(count));
  text_.shrink_to_fit();
  begins_.resize(static_cast<std::size_t>((count + kStride - 1) / kStride));
  count_ = count;
}

std::string SampleNames::release() {
  begins_ = {};
  count_ = 0;
  return std::exchange(text_, {});
}

std::string_view SampleNames::operator[](std::int64_t number) const {
  assert(number >= 0 && number < count_);
  return text_.data() + begin(number);  // as far as the zero byte
}

std::size_t SampleNames::begin(std::int64_t number) const {
  if (number == count_) return text_.size();
  std::size_t at = begins_[static_cast<std::size_t>(number / kStride)];
  for (std::int64_t i = 0; i < number % kStride; ++i) at = text_.find('\0', at) + 1;
  return at;
}

}  // namespace tessera
