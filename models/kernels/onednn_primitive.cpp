#include "models/kernels/onednn_primitive.hpp"

#include <cassert>

#include "models/base/error.hpp"

namespace tessera::onednn {

dnnl::primitive_attr caller_scratchpad() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

dnnl::primitive_attr adding_to_destination() {
  dnnl::primitive_attr attributes = caller_scratchpad();
  dnnl::post_ops sum;
  sum.append_sum(1);
  attributes.set_post_ops(sum);
  return attributes;
}

Primitive::Primitive(const Device& device, dnnl::primitive primitive, const dnnl::memory::desc& scratchpad,
                     const char* implementation, std::initializer_list<Argument> arguments)
    : primitive_(std::move(primitive)),
      stream_(device.stream),
      scratchpad_bytes_(scratchpad.get_size()),
      implementation_(implementation) {
  for (const auto& [index, desc] : arguments) {
    memories_.emplace_back(desc, device.engine, nullptr);
    if (dims_of(desc).empty()) continue;  // a bias that isn't there
    arguments_.push_back({index, memories_.back().get()});
  }
  memories_.emplace_back(scratchpad, device.engine, nullptr);
  arguments_.push_back({DNNL_ARG_SCRATCHPAD, memories_.back().get()});
}

std::size_t Primitive::argument_bytes() const {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i + 1 < memories_.size(); ++i)
    bytes += ScratchParts::rounded(memories_[i].get_desc().get_size());
  return bytes;
}

void Primitive::run(std::initializer_list<const void*> addresses, std::byte* scratch) {
  assert(addresses.size() + 1 == memories_.size());
  std::size_t next = 0;
  for (const void* address : addresses)
    dnnl_memory_set_data_handle(memories_[next++].get(), const_cast<void*>(address));
  dnnl_memory_set_data_handle(memories_[next].get(), scratch);
  execute();
}

void Primitive::run_in(std::byte* memory) {
  ScratchParts parts(memory);
  for (const dnnl::memory& argument : memories_)
    dnnl_memory_set_data_handle(argument.get(), parts.take(argument.get_desc().get_size()));
  execute();
}

// The C interface, because the C++ one builds a map and a vector for every execution.
void Primitive::execute() {
  const dnnl_status_t status = dnnl_primitive_execute(primitive_.get(), stream_.get(),
                                                      static_cast<int>(arguments_.size()), arguments_.data());
  if (status != dnnl_success)
    throw MachineError(fmt::format("oneDNN failed with status {}", static_cast<int>(status)), implementation_,
                       "run with ONEDNN_VERBOSE=1 to see which primitive it was");
}

Reorder::Reorder(const Device& device, const dnnl::memory::desc& from, const dnnl::memory::desc& to) {
  if (from == to) return;
  const dnnl::reorder::primitive_desc desc(device.engine, from, device.engine, to, caller_scratchpad());
  reorder_ = Primitive::make<dnnl::reorder::primitive_desc, dnnl::reorder>(
      device, desc, {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
  bytes_ = to.get_size();
}

const std::byte* Reorder::apply(const std::byte* from, ScratchParts& parts) {
  if (!needed()) return from;
  std::byte* to = parts.take(bytes_);
  run(from, to, parts.rest());
  return to;
}

}  // namespace tessera::onednn
