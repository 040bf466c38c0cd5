#pragma once

#include <algorithm>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tessera {

/// The descriptors of one kind, found by their `name`: the built-in ones, and those that a program adds. A
/// floor hands out one registry from a function, whose first call fills it, so that none depends on the order
/// in which sources are initialised. A program adds at the start of its main(), on one thread, before it uses
/// anything that is looked up. Descriptors are borrowed, and live as long as the program.
template <class Descriptor>
class Registry {
 public:
  explicit Registry(std::vector<const Descriptor*> built_in) : all_(std::move(built_in)) {}

  /// Throws std::logic_error where there is one of that name.
  void add(const Descriptor& descriptor) {
    if (find(descriptor.name) != nullptr)
      throw std::logic_error("registered twice: " + std::string(descriptor.name));
    all_.push_back(&descriptor);
  }
  /// In the order in which they were registered.
  std::span<const Descriptor* const> all() const { return all_; }
  /// Null where there is none of that name.
  const Descriptor* find(std::string_view name) const {
    const auto found = std::ranges::find(all_, name, &Descriptor::name);
    return found == all_.end() ? nullptr : *found;
  }

 private:
  std::vector<const Descriptor*> all_;
};

}  // namespace tessera
