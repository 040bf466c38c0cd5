#include "parallel/box_exchange.hpp"

#include <cassert>
#include <cstring>
#include <utility>

#include "models/kernels/scratch_parts.hpp"

namespace tessera {
namespace {

std::span<std::byte> memory_of(TensorView tensor) {
  return {tensor.bytes, tensor.layout.bytes()};
}

// Whether `part` already is that box of `whole`, in its memory.
bool lies_within(ConstTensorView part, ConstTensorView whole, const Box& box) {
  if (box.empty() || part.layout.box != box) return false;
  const std::optional<std::size_t> place = run_offset(whole.layout, box);
  return place && part.bytes == whole.bytes + *place;
}

// Of a piece of a tensor, in memory of its own; 0 where it can stay in the tensor's.
std::size_t staged_bytes(Layout tensor, const Piece& piece, bool to_be_added) {
  if (!to_be_added && run_offset(tensor, piece.box)) return 0;
  tensor.box = piece.box;
  return ScratchParts::rounded(tensor.bytes());
}

}  // namespace

std::size_t BoxExchange::buffer_bytes(const ExchangePlan& plan, const Ends& ends) {
  std::size_t bytes = 0;
  for (const Piece& piece : plan.receive) bytes += staged_bytes(ends.wanted, piece, false);
  for (const Piece& piece : plan.send) bytes += staged_bytes(ends.owned, piece, true);
  return bytes;
}

BoxExchange::BoxExchange(const Communicator& comm, const ExchangePlan& plan, const Ends& ends, int tag,
                         std::string name)
    : comm_(&comm),
      here_(plan.here),
      requests_(plan.receive.size() + plan.send.size()),
      tag_(tag),
      name_(std::move(name)) {
  assert(ends.owned.n == ends.wanted.n && ends.owned.c == ends.wanted.c &&
         ends.owned.element == ends.wanted.element);
  staging_ = AlignedBytes(buffer_bytes(plan, ends));
  ScratchParts staging(staging_.data());
  const auto link = [&](const Piece& piece, Layout layout, bool to_be_added) {
    const std::size_t bytes = staged_bytes(layout, piece, to_be_added);
    const std::optional<std::size_t> place = run_offset(layout, piece.box);
    layout.box = piece.box;
    return Link{piece.peer, place, {bytes == 0 ? nullptr : staging.take(bytes), layout}};
  };
  for (const Piece& piece : plan.receive) halo_.push_back(link(piece, ends.wanted, false));
  for (const Piece& piece : plan.send) shared_.push_back(link(piece, ends.owned, true));
  for (const Link& l : shared_) contributions_.push_back(l.staged);
}

void BoxExchange::send(const Link& link, ConstTensorView tensor, Request& request) {
  const std::size_t bytes = link.staged.layout.bytes();
  if (!link.place) copy_box(tensor, link.staged, link.staged.layout.box);
  const std::byte* from = link.place ? tensor.bytes + *link.place : link.staged.bytes;
  request = comm_->start_send({from, bytes}, link.peer, tag_);
}

void BoxExchange::start_gather(ConstTensorView owned, TensorView wanted) {
  target_ = wanted;
  auto request = requests_.begin();
  for (const Link& link : halo_) {
    std::byte* to = link.place ? wanted.bytes + *link.place : link.staged.bytes;
    *request++ = comm_->start_receive({to, link.staged.layout.bytes()}, link.peer, tag_);
  }
  for (const Link& link : shared_) send(link, owned, *request++);
  if (!lies_within(owned, wanted, here_)) copy_box(owned, wanted, here_);
}

void BoxExchange::finish_gather() {
  wait_all(requests_, {name_.c_str()});
  for (const Link& link : halo_)
    if (!link.place) copy_box(link.staged, target_, link.staged.layout.box);
}

void BoxExchange::start_scatter_add(ConstTensorView wanted_gradient, TensorView owned_gradient) {
  target_ = owned_gradient;
  auto request = requests_.begin() + static_cast<std::ptrdiff_t>(halo_.size());
  for (const Link& link : shared_) *request++ = comm_->start_receive(memory_of(link.staged), link.peer, tag_);
  request = requests_.begin();
  for (const Link& link : halo_) send(link, wanted_gradient, *request++);

  if (lies_within(owned_gradient, wanted_gradient, here_)) return;
  if (here_ != owned_gradient.layout.box && !owned_gradient.layout.box.empty())
    std::memset(owned_gradient.bytes, 0, owned_gradient.layout.bytes());
  copy_box(wanted_gradient, owned_gradient, here_);
}

void BoxExchange::finish_scatter_add() {
  wait_all(requests_, {name_.c_str()});
  // In order of peer, not of arrival, so that a run repeats bit for bit.
  add_pieces(contributions_, target_);
}

void BoxExchange::poke() {
  for (Request& request : requests_) request.test();
}

}  // namespace tessera
