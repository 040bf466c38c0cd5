#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/network/services.hpp"
#include "parallel/exchange_plan.hpp"
#include "parallel/mpi.hpp"

namespace tessera {

/// One reading edge of a graph, exchanged with messages: one to and one from each peer, diagonal or three
/// processes away alike, all in one round. Everything is prepared once; a step allocates nothing here.
///
/// A piece that is one run of the tensor's memory is sent from and received into its place; others are
/// packed. Where the owned tensor lies within the wanted one's memory (or the owned gradient within the
/// wanted gradient's), nothing but halos is touched.
class BoxExchange final : public Exchange {
 public:
  /// What is held here of the tensor, and what is wanted of it; n, c and element agree.
  struct Ends {
    Layout owned, wanted;
  };

  /// Memory of its own: for pieces that must be packed, and for what arrives to be added.
  static std::size_t buffer_bytes(const ExchangePlan& plan, const Ends& ends);

  /// Borrows comm, whose ranks are the plan's processes. Exchanges that may be in flight together have
  /// different tags. Every message must be at most Communicator::kLargestMessage bytes. name: of the exchange
  /// in messages, such as "the exchange of conv3d_2".
  BoxExchange(const Communicator& comm, const ExchangePlan& plan, const Ends& ends, int tag,
              std::string name = "an exchange");

  void start_gather(ConstTensorView owned, TensorView wanted) override;
  void finish_gather() override;
  void start_scatter_add(ConstTensorView wanted_gradient, TensorView owned_gradient) override;
  void finish_scatter_add() override;
  void poke() override;

 private:
  // One peer's piece. The scatter-add sends back over it what the gather brought, and the other way round.
  struct Link {
    int peer;
    std::optional<std::size_t> place;  // of the piece in the tensor's memory, where it is one run there
    TensorView staged;                 // the piece as a tensor of its own; null where never needed
  };

  void send(const Link& link, ConstTensorView tensor, Request& request);

  const Communicator* comm_;
  Box here_;                       // owned and wanted here
  std::vector<Link> halo_;         // wanted here, owned by the peer
  std::vector<Link> shared_;       // owned here, wanted by the peer
  std::vector<Request> requests_;  // of halo_, then of shared_
  AlignedBytes staging_;
  std::vector<ConstTensorView> contributions_;  // staged, of shared_
  TensorView target_;                           // of the gather or scatter-add under way
  int tag_;
  std::string name_;
};

}  // namespace tessera
