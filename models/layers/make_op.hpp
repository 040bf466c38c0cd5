#pragma once

#include <memory>

#include "models/base/element.hpp"
#include "models/network/layer.hpp"

namespace tessera {

/// The operation Op<T> of these arguments, T being the C++ type of the element.
template <template <class> class Op, class... Arguments>
std::unique_ptr<LocalOp> make_op(Element element, const Arguments&... arguments) {
  return with_element(
      element, [&]<class T>(T) -> std::unique_ptr<LocalOp> { return std::make_unique<Op<T>>(arguments...); });
}

}  // namespace tessera
