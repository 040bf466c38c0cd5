#pragma once

#include <mpi.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "parallel/waited_for.hpp"

/// The one corner that speaks to MPI: environment, communicators, requests, and how to wait. Any failure of
/// MPI is a MachineError with MPI's own text. All calls belong to the main thread (MPI_THREAD_FUNNELED).
namespace tessera {

/// A message or a collective under way. It owns its handle, not its buffers: these must live until it is
/// done. Destroying one in flight is a programming error (an assertion), except while an exception flies,
/// when the process is about to leave and waiting might hang.
class [[nodiscard]] Request {
 public:
  Request() = default;
  /// notes: of the world that it belongs to, and they outlive it; peer: the rank there that a message comes
  /// from or goes to, -1 of a collective.
  explicit Request(MPI_Request handle, const WaitNotes* notes = nullptr, int peer = -1)
      : handle_(handle), peer_(peer), notes_(notes) {}
  Request(Request&& other) noexcept
      : handle_(std::exchange(other.handle_, MPI_REQUEST_NULL)), peer_(other.peer_), notes_(other.notes_) {}
  Request& operator=(Request&& other) noexcept;
  ~Request();

  bool in_flight() const { return handle_ != MPI_REQUEST_NULL; }
  /// Lets MPI make progress; true once the operation is done, and from then on.
  bool test();

  const WaitNotes* notes() const { return notes_; }
  std::optional<int> peer() const { return peer_ < 0 ? std::nullopt : std::optional(peer_); }

 private:
  MPI_Request handle_ = MPI_REQUEST_NULL;
  int peer_ = -1;
  const WaitNotes* notes_ = nullptr;
};

/// The one waiting policy: test each, then yield the core, until all are done. MPI's own waits spin, which
/// with more processes than cores keeps the core from the very process waited for; so every blocking
/// operation below is its non-blocking form and this wait. While a WaitWatch lives, it throws LostRanks where
/// the wait doesn't end.
void wait_all(std::span<Request> requests, const WaitedFor& what = {"messages"});
void wait(Request& request, const WaitedFor& what = {"a message"});

/// A group of processes. Owns its MPI_Comm; collective calls must be made by every member, in the same order.
class Communicator {
 public:
  /// This process alone, where MPI isn't started and not needed.
  Communicator();
  Communicator(Communicator&& other) noexcept;
  Communicator& operator=(Communicator&& other) noexcept;
  ~Communicator();

  int rank() const { return rank_; }
  int size() const { return size_; }
  /// Of the whole world, whatever part of it this is.
  WaitNotes& notes() const { return *notes_; }

  /// Members of equal color form a group, ranked by key, then by rank here.
  Communicator split(int color, int key) const;
  /// The members on this process's node: of the same host name, under the same kernel.
  Communicator node_local() const;

  void barrier() const;
  void broadcast(std::span<std::byte> data, int root) const;
  void broadcast(std::string& text, int root) const;
  /// What one member says; the others' own text is passed over.
  std::string told_by(int root, std::string text) const;

  /// In-place sums over all members. The order of additions depends on the members' ranks and the length
  /// alone.
  Request start_sum(std::span<float> values) const;
  Request start_sum(std::span<double> values) const;
  /// In place, the smallest of all members' values, one by one.
  Request start_min(std::span<std::int64_t> values) const;
  void sum(std::span<double> values, const WaitedFor& what = {"a sum"}) const;

  /// A message to or from one member. Messages of one tag between two members arrive in the order in which
  /// they were sent; sizes must agree. At most kLargestMessage bytes (else MachineError).
  static constexpr std::size_t kLargestMessage = std::numeric_limits<int>::max();  // MPI counts in int
  Request start_send(std::span<const std::byte> data, int to, int tag) const;
  Request start_receive(std::span<std::byte> data, int from, int tag) const;

  /// A message without content, which nobody waits for here, and which may be lost without a word; and the
  /// sender of one that has come, which is taken.
  void send_empty(int to, int tag) const;
  std::optional<int> take_empty(int tag) const;

  std::int64_t max(std::int64_t value) const;
  std::int64_t min(std::int64_t value) const;

  /// All members' texts, by rank, on root; empty elsewhere. Each has at most kLargestMessage bytes (else
  /// MachineError); together they go in messages of up to `most`.
  std::vector<std::string> gather(const std::string& mine, int root,
                                  std::size_t most = kLargestMessage) const;
  /// All members' values, by rank, everywhere.
  template <class T>
  std::vector<T> all_gather(const T& mine) const {
    static_assert(std::is_trivially_copyable_v<T> && !std::is_pointer_v<T>);
    std::vector<T> all(static_cast<std::size_t>(size_));
    all_gather_bytes(std::as_bytes(std::span(&mine, 1)), std::as_writable_bytes(std::span(all)));
    return all;
  }

  /// Ends every process of the program at once, and this one within seconds, whatever MPI does about the
  /// others. run_collectively alone calls it.
  [[noreturn]] void abort(int exit_code) const;

 private:
  friend class MpiEnvironment;
  /// Takes ownership of the handle. in_world: of the members, by rank.
  Communicator(MPI_Comm handle, std::shared_ptr<WaitNotes> notes, std::vector<int> in_world);
  /// Members of this one make the handle's.
  Communicator part(MPI_Comm handle) const;
  Request request(MPI_Request handle, int peer = -1) const;
  bool is_alone() const { return handle_ == MPI_COMM_NULL; }

  void all_gather_bytes(std::span<const std::byte> mine, std::span<std::byte> all) const;
  std::int64_t reduce(std::int64_t value, MPI_Op operation) const;

  MPI_Comm handle_ = MPI_COMM_NULL;
  int rank_ = 0, size_ = 1;
  std::shared_ptr<WaitNotes> notes_;
  std::vector<int> in_world_;  // the ranks there of the members
};

/// MPI from initialisation to finalisation. One object, made in main before any other of this file and
/// outliving them all. Works without a launcher too: a world of one. It ends although MPI_Finalize doesn't
/// return, as may be where the network fails, or other ranks never come to their end.
class MpiEnvironment {
 public:
  MpiEnvironment(int& argc, char**& argv);
  MpiEnvironment(const MpiEnvironment&) = delete;
  MpiEnvironment& operator=(const MpiEnvironment&) = delete;
  ~MpiEnvironment();

  const Communicator& world() const { return world_; }
  /// The exit code that the process is about to end with, whatever becomes of MPI. Returns it.
  int ends_with(int exit_code) { return exit_code_ = exit_code; }

 private:
  static Communicator start(int& argc, char**& argv);
  void leave_together();

  Communicator world_;
  int exit_code_ = 3;
};

/// The MPI library's name and version in one line, for instance "MPICH Version: 4.0.2".
std::string mpi_library();

}  // namespace tessera
