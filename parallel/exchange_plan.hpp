#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/base/box.hpp"

/// Who sends what to whom, planned by each process for itself without a message: the intersections of what
/// each owns with what each wants, whether the peer is next door, three away, or owns nothing.
namespace tessera {

/// Elements that go to or come from a peer.
struct Piece {
  int peer = 0;
  Box box;
  friend bool operator==(const Piece&, const Piece&) = default;
};

/// One process's part of an exchange. Gathering receives `receive` and sends `send`; scattering gradients
/// home is the same plan reversed, adding. Pieces are never empty and stand in order of peer.
struct ExchangePlan {
  std::vector<Piece> receive;  // owned(peer) and wanted here
  std::vector<Piece> send;     // owned here and wanted(peer)
  Box here;                    // owned and wanted here; may be empty
  friend bool operator==(const ExchangePlan&, const ExchangePlan&) = default;
};

/// owned and wanted by process, me among them. Owned boxes must not overlap.
ExchangePlan plan_exchange(std::span<const Box> owned, std::span<const Box> wanted, int me);

/// The plans of all processes, in time that grows with their pieces, not with their pairs.
std::vector<ExchangePlan> plan_exchanges(std::span<const Box> owned, std::span<const Box> wanted);

/// The same on every process that plans the same exchange: ranks compare it before the first message.
std::uint64_t plan_hash(std::span<const Box> owned, std::span<const Box> wanted);

}  // namespace tessera
