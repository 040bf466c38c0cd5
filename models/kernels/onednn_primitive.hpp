#pragma once

#include <cstddef>
#include <initializer_list>
#include <oneapi/dnnl/dnnl.hpp>
#include <span>
#include <string>
#include <vector>

#include "models/base/tensor.hpp"
#include "models/kernels/scratch_parts.hpp"

/// The one wrapper around oneDNN's objects, and the one place that knows its versions apart: 2.x describes an
/// operation first and then its primitive, 3.x both at once.
namespace tessera::onednn {

/// The device and queue that all primitives of one factory share.
struct Device {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
};

/// Of an element of float32 or bfloat16.
inline dnnl::memory::data_type data_type(Element element) {
  return element == Element::BF16 ? dnnl::memory::data_type::bf16 : dnnl::memory::data_type::f32;
}

/// Attributes under which a primitive takes its scratchpad from us.
dnnl::primitive_attr caller_scratchpad();
/// The same of one that adds to what is in its destination.
dnnl::primitive_attr adding_to_destination();

inline dnnl::memory::dims dims_of(const dnnl::memory::desc& desc) {
#if DNNL_VERSION_MAJOR < 3
  return desc.dims();
#else
  return desc.get_dims();
#endif
}

/// The descriptor of a Made, dnnl::matmul for instance; attributes: caller_scratchpad() and what is added to
/// it; operation: what the library wants to know of it, in its order.
template <class Made, class... Operation>
typename Made::primitive_desc described_with(const Device& device, const dnnl::primitive_attr& attributes,
                                             const Operation&... operation) {
#if DNNL_VERSION_MAJOR < 3
  return {typename Made::desc(operation...), attributes, device.engine};
#else
  return {device.engine, operation..., attributes};
#endif
}
/// The same with caller_scratchpad() alone.
template <class Made, class... Operation>
typename Made::primitive_desc described(const Device& device, const Operation&... operation) {
  return described_with<Made>(device, caller_scratchpad(), operation...);
}
/// The same of a primitive that goes backward; forward: the descriptor of its counterpart.
template <class Made, class Forward, class... Operation>
typename Made::primitive_desc described_backward(const Device& device, const Forward& forward,
                                                 const Operation&... operation) {
#if DNNL_VERSION_MAJOR < 3
  return {typename Made::desc(operation...), caller_scratchpad(), device.engine, forward};
#else
  return {device.engine, operation..., forward, caller_scratchpad()};
#endif
}

/// A primitive with the list of its arguments made once: an execution only sets addresses, so that it belongs
/// to one thread at a time.
class Primitive {
 public:
  struct Argument {
    int index;
    dnnl::memory::desc desc;
  };
  Primitive() = default;
  Primitive(Primitive&&) = default;
  Primitive& operator=(Primitive&&) = default;
  Primitive(const Primitive&) = delete;
  Primitive& operator=(const Primitive&) = delete;
  ~Primitive() = default;
  /// desc: any primitive descriptor made with caller_scratchpad().
  template <class Desc, class Made>
  static Primitive make(const Device& device, const Desc& desc, std::initializer_list<Argument> arguments) {
    return Primitive(device, Made(desc), desc.scratchpad_desc(), desc.impl_info_str(), arguments);
  }

  explicit operator bool() const { return static_cast<bool>(primitive_); }
  std::size_t scratch_bytes() const { return scratchpad_bytes_; }
  const std::string& implementation() const { return implementation_; }
  /// Of the arguments together.
  std::size_t argument_bytes() const;

  /// One address for each argument, in the order given at creation; scratch of at least scratch_bytes().
  void run(std::initializer_list<const void*> addresses, std::byte* scratch);
  /// With arguments and scratch one after another in `memory`, of argument_bytes() + scratch_bytes().
  void run_in(std::byte* memory);

 private:
  Primitive(const Device& device, dnnl::primitive primitive, const dnnl::memory::desc& scratchpad,
            const char* implementation, std::initializer_list<Argument> arguments);
  void execute();

  dnnl::primitive primitive_;
  dnnl::stream stream_;
  std::vector<dnnl::memory> memories_;  // the scratchpad's is the last
  std::vector<dnnl_exec_arg_t> arguments_;
  std::size_t scratchpad_bytes_ = 0;
  std::string implementation_;
};

/// Takes a tensor from one layout to another; does nothing, and passes the caller's memory on, where the two
/// are the same.
class Reorder {
 public:
  Reorder() = default;
  Reorder(const Device& device, const dnnl::memory::desc& from, const dnnl::memory::desc& to);
  bool needed() const { return static_cast<bool>(reorder_); }
  /// Of the result, where there is one beside the source.
  std::size_t bytes() const { return bytes_; }
  std::size_t scratch_bytes() const { return reorder_.scratch_bytes(); }

  void run(const void* from, void* to, std::byte* scratch) { reorder_.run({from, to}, scratch); }
  /// The tensor in its new layout: in a part taken from scratch, or where it was. What comes after that part
  /// is used meanwhile.
  const std::byte* apply(const std::byte* from, ScratchParts& parts);

 private:
  Primitive reorder_;
  std::size_t bytes_ = 0;
};

}  // namespace tessera::onednn
