#include "parallel/mpi.hpp"

#include <fmt/core.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <limits>
#include <numeric>
#include <string_view>
#include <utility>

#include "models/base/error.hpp"
#include "models/base/host_name.hpp"
#include "parallel/exit_deadline.hpp"
#include "parallel/wait_watch.hpp"

namespace tessera {
namespace {

void check(int code, const char* call) {
  if (code == MPI_SUCCESS) return;
  std::array<char, MPI_MAX_ERROR_STRING> text{};
  int length = 0;
  MPI_Error_string(code, text.data(), &length);
  throw MachineError(fmt::format("{} failed: {}", call, text.data()), "MPI",
                     "look for a process that died, an exhausted node or a broken network, then start again");
}

int count_of(std::size_t elements) {
  if (elements > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw MachineError(fmt::format("a message of {} elements is more than MPI can count", elements), "MPI",
                       "split the message");
  }
  return static_cast<int>(elements);
}

// Initialises MPI and returns a communicator of our own, so that nobody else's messages can meet ours.
MPI_Comm start_mpi(int& argc, char**& argv) {
  // MPICH takes this signal for news of its own, and leaves who is warned by it deaf.
  struct sigaction warned {};
  sigaction(SIGUSR1, nullptr, &warned);
  int provided = MPI_THREAD_SINGLE;
  check(MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread");
  sigaction(SIGUSR1, &warned, nullptr);
  if (provided < MPI_THREAD_FUNNELED) {
    throw MachineError("MPI allows no threads beside its own", "MPI_Init_thread",
                       "use an MPI library with at least MPI_THREAD_FUNNELED");
  }
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN);
  MPI_Comm world = MPI_COMM_NULL;
  check(MPI_Comm_dup(MPI_COMM_WORLD, &world), "MPI_Comm_dup");
  return world;
}

template <class T>
MPI_Request start_all_reduce(MPI_Comm comm, std::span<T> values, MPI_Datatype type, MPI_Op operation) {
  MPI_Request handle = MPI_REQUEST_NULL;
  check(MPI_Iallreduce(MPI_IN_PLACE, values.data(), count_of(values.size()), type, operation, comm, &handle),
        "MPI_Iallreduce");
  return handle;
}

std::vector<int> numbers_to(int size) {
  std::vector<int> numbers(static_cast<std::size_t>(size));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

// The watch of the world that the requests belong to, if there is one.
WaitWatch* watch_of(std::span<const Request> requests) {
  for (const Request& request : requests)
    if (request.in_flight() && request.notes() != nullptr) return request.notes()->watch;
  return nullptr;
}

}  // namespace

Request& Request::operator=(Request&& other) noexcept {
  assert(!in_flight() && "a request was overwritten in flight");
  handle_ = std::exchange(other.handle_, MPI_REQUEST_NULL);
  peer_ = other.peer_;
  notes_ = other.notes_;
  return *this;
}

Request::~Request() {
  assert((!in_flight() || std::uncaught_exceptions() > 0) && "a request was destroyed in flight");
}

bool Request::test() {
  if (!in_flight()) return true;
  int done = 0;
  check(MPI_Test(&handle_, &done, MPI_STATUS_IGNORE), "MPI_Test");
  return done != 0;
}

void wait_all(std::span<Request> requests, const WaitedFor& what) {
  constexpr unsigned kTurnsUnseen = 16;  // so that short waits don't ask for the time
  WatchedWait wait;
  for (unsigned turn = 1;; ++turn) {
    bool done = true;
    for (Request& request : requests) done &= request.test();
    if (done) return;
    sched_yield();
    if (turn % kTurnsUnseen != 0) continue;
    if (WaitWatch* watch = watch_of(requests)) watch->look(requests, what, wait);
  }
}

void wait(Request& request, const WaitedFor& what) {
  wait_all({&request, 1}, what);
}

Communicator::Communicator() : notes_(std::make_shared<WaitNotes>()), in_world_{0} {}

Communicator::Communicator(MPI_Comm handle, std::shared_ptr<WaitNotes> notes, std::vector<int> in_world)
    : handle_(handle), notes_(std::move(notes)), in_world_(std::move(in_world)) {
  check(MPI_Comm_set_errhandler(handle_, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  check(MPI_Comm_rank(handle_, &rank_), "MPI_Comm_rank");
  check(MPI_Comm_size(handle_, &size_), "MPI_Comm_size");
}

Communicator::Communicator(Communicator&& other) noexcept
    : handle_(std::exchange(other.handle_, MPI_COMM_NULL)),
      rank_(other.rank_),
      size_(other.size_),
      notes_(std::move(other.notes_)),
      in_world_(std::move(other.in_world_)) {}

Communicator& Communicator::operator=(Communicator&& other) noexcept {
  std::swap(handle_, other.handle_);
  std::swap(rank_, other.rank_);
  std::swap(size_, other.size_);
  std::swap(notes_, other.notes_);
  std::swap(in_world_, other.in_world_);
  return *this;
}

Communicator::~Communicator() {
  // Freeing is collective, and while an exception flies the others may never come to it.
  if (handle_ != MPI_COMM_NULL && std::uncaught_exceptions() == 0) MPI_Comm_free(&handle_);
}

Communicator Communicator::split(int color, int key) const {
  if (is_alone()) return {};
  barrier();  // MPI_Comm_split spins; let everybody arrive first
  MPI_Comm part = MPI_COMM_NULL;
  check(MPI_Comm_split(handle_, color, key, &part), "MPI_Comm_split");
  return this->part(part);
}

// Not by MPI_COMM_TYPE_SHARED: a library that passes no messages through memory (MPICH 5 on UCX) takes each
// rank for a node of its own.
Communicator Communicator::node_local() const {
  const std::string name = host_name() + ' ' + boot_id();
  std::array<char, 128> node{};
  std::copy_n(name.begin(), std::min(name.size(), node.size()), node.begin());
  const auto nodes = all_gather(node);
  return split(static_cast<int>(std::ranges::find(nodes, node) - nodes.begin()), rank_);
}

Communicator Communicator::part(MPI_Comm handle) const {
  MPI_Group all = MPI_GROUP_NULL, members = MPI_GROUP_NULL;
  check(MPI_Comm_group(handle_, &all), "MPI_Comm_group");
  check(MPI_Comm_group(handle, &members), "MPI_Comm_group");
  int size = 0;
  check(MPI_Group_size(members, &size), "MPI_Group_size");
  std::vector<int> in_world = numbers_to(size);
  const std::vector<int> there = in_world;
  check(MPI_Group_translate_ranks(members, size, there.data(), all, in_world.data()),
        "MPI_Group_translate_ranks");
  for (int& rank : in_world) rank = in_world_[rank];
  MPI_Group_free(&all);
  MPI_Group_free(&members);
  return {handle, notes_, std::move(in_world)};
}

Request Communicator::request(MPI_Request handle, int peer) const {
  return Request(handle, notes_.get(), peer < 0 ? peer : in_world_[peer]);
}

void Communicator::barrier() const {
  if (is_alone()) return;
  MPI_Request handle = MPI_REQUEST_NULL;
  check(MPI_Ibarrier(handle_, &handle), "MPI_Ibarrier");
  Request arrival = request(handle);
  wait(arrival, {"a barrier"});
}

void Communicator::broadcast(std::span<std::byte> data, int root) const {
  if (is_alone()) return;
  constexpr std::size_t kLargest = std::size_t{1} << 30;  // MPI counts in int
  for (std::size_t begin = 0; begin < data.size(); begin += kLargest) {
    const std::size_t bytes = std::min(kLargest, data.size() - begin);
    MPI_Request handle = MPI_REQUEST_NULL;
    check(MPI_Ibcast(data.data() + begin, count_of(bytes), MPI_BYTE, root, handle_, &handle), "MPI_Ibcast");
    Request copy = request(handle);
    wait(copy, {"a broadcast"});
  }
}

void Communicator::broadcast(std::string& text, int root) const {
  std::uint64_t size = text.size();
  broadcast(std::as_writable_bytes(std::span(&size, 1)), root);
  text.resize(size);
  broadcast(std::as_writable_bytes(std::span(text)), root);
}

std::string Communicator::told_by(int root, std::string text) const {
  broadcast(text, root);
  return text;
}

Request Communicator::start_sum(std::span<float> values) const {
  return request(start_all_reduce(handle_, values, MPI_FLOAT, MPI_SUM));
}

Request Communicator::start_sum(std::span<double> values) const {
  return request(start_all_reduce(handle_, values, MPI_DOUBLE, MPI_SUM));
}

Request Communicator::start_min(std::span<std::int64_t> values) const {
  if (is_alone()) return {};
  return request(start_all_reduce(handle_, values, MPI_INT64_T, MPI_MIN));
}

Request Communicator::start_send(std::span<const std::byte> data, int to, int tag) const {
  MPI_Request handle = MPI_REQUEST_NULL;
  check(MPI_Isend(data.data(), count_of(data.size()), MPI_BYTE, to, tag, handle_, &handle), "MPI_Isend");
  return request(handle, to);
}

Request Communicator::start_receive(std::span<std::byte> data, int from, int tag) const {
  MPI_Request handle = MPI_REQUEST_NULL;
  check(MPI_Irecv(data.data(), count_of(data.size()), MPI_BYTE, from, tag, handle_, &handle), "MPI_Irecv");
  return request(handle, from);
}

void Communicator::send_empty(int to, int tag) const {
  MPI_Request handle = MPI_REQUEST_NULL;
  if (MPI_Isend(nullptr, 0, MPI_BYTE, to, tag, handle_, &handle) == MPI_SUCCESS) MPI_Request_free(&handle);
}

std::optional<int> Communicator::take_empty(int tag) const {
  int has_come = 0;
  MPI_Status status;
  check(MPI_Iprobe(MPI_ANY_SOURCE, tag, handle_, &has_come, &status), "MPI_Iprobe");
  if (has_come == 0) return std::nullopt;
  check(MPI_Recv(nullptr, 0, MPI_BYTE, status.MPI_SOURCE, tag, handle_, MPI_STATUS_IGNORE), "MPI_Recv");
  return status.MPI_SOURCE;
}

void Communicator::sum(std::span<double> values, const WaitedFor& what) const {
  if (is_alone()) return;
  Request total = start_sum(values);
  wait(total, what);
}

std::int64_t Communicator::reduce(std::int64_t value, MPI_Op operation) const {
  if (is_alone()) return value;
  Request found = request(start_all_reduce(handle_, std::span(&value, 1), MPI_INT64_T, operation));
  wait(found, {"an agreement"});
  return value;
}

std::int64_t Communicator::max(std::int64_t value) const {
  return reduce(value, MPI_MAX);
}
std::int64_t Communicator::min(std::int64_t value) const {
  return reduce(value, MPI_MIN);
}

std::vector<std::string> Communicator::gather(const std::string& mine, int root, std::size_t most) const {
  if (is_alone()) return {mine};
  const std::vector<int> lengths = all_gather(count_of(mine.size()));
  std::vector<std::string> all(rank_ == root ? lengths.size() : 0);
  std::vector<int> counts(lengths.size()), starts(lengths.size());
  for (std::size_t first = 0, last = 0; first < lengths.size(); first = last) {
    std::size_t bytes = 0;  // of the members [first, last), one at least
    std::ranges::fill(counts, 0);
    do {
      starts[last] = static_cast<int>(bytes);
      counts[last] = lengths[last];
      bytes += static_cast<std::size_t>(lengths[last++]);
    } while (last < lengths.size() && bytes + static_cast<std::size_t>(lengths[last]) <= most);
    std::string joined(rank_ == root ? bytes : 0, '\0');
    MPI_Request handle = MPI_REQUEST_NULL;
    check(MPI_Igatherv(mine.data(), counts[static_cast<std::size_t>(rank_)], MPI_CHAR, joined.data(),
                       counts.data(), starts.data(), MPI_CHAR, root, handle_, &handle),
          "MPI_Igatherv");
    Request texts = request(handle);
    wait(texts, {"a gathering"});
    if (rank_ == root)
      for (std::size_t i = first; i < last; ++i)
        all[i] = joined.substr(static_cast<std::size_t>(starts[i]), static_cast<std::size_t>(counts[i]));
  }
  return all;
}

void Communicator::all_gather_bytes(std::span<const std::byte> mine, std::span<std::byte> all) const {
  if (is_alone()) {
    std::ranges::copy(mine, all.begin());
    return;
  }
  const int bytes = count_of(mine.size());
  MPI_Request handle = MPI_REQUEST_NULL;
  check(MPI_Iallgather(mine.data(), bytes, MPI_BYTE, all.data(), bytes, MPI_BYTE, handle_, &handle),
        "MPI_Iallgather");
  Request values = request(handle);
  wait(values, {"a gathering"});
}

void Communicator::abort(int exit_code) const {
  constexpr double kSeconds = 3;  // a host that can't be reached may be waited for
  const ExitDeadline deadline(kSeconds, exit_code);
  // Through another communicator MPICH's launcher now and then reports the signal that killed the others.
  MPI_Abort(MPI_COMM_WORLD, exit_code);
  std::abort();  // MPI_Abort does not return, but is not declared so
}

MpiEnvironment::MpiEnvironment(int& argc, char**& argv) : world_(start(argc, argv)) {}

Communicator MpiEnvironment::start(int& argc, char**& argv) {
  const MPI_Comm handle = start_mpi(argc, argv);
  int size = 0;
  check(MPI_Comm_size(handle, &size), "MPI_Comm_size");
  return {handle, std::make_shared<WaitNotes>(), numbers_to(size)};
}

MpiEnvironment::~MpiEnvironment() {
  leave_together();
  constexpr double kSeconds = 5;  // over TCP, MPICH 4.0 may wait for a message that was lost
  const ExitDeadline deadline(kSeconds, exit_code_);
  { const Communicator gone = std::move(world_); }
  MPI_Finalize();
}

// MPI_Finalize spins until the last process arrives; wait for it politely. Others may have more to clear
// away, or may be lost by now.
void MpiEnvironment::leave_together() {
  constexpr double kSeconds = 60;
  const ExitDeadline deadline(
      kSeconds, exit_code_,
      fmt::format("tessera: rank {} has ended, and others didn't come to their end within {:g} s",
                  world_.rank(), kSeconds));
  try {
    world_.barrier();
  } catch (const Error& error) {
    fmt::print(stderr, "tessera: {}\n", error.what());
    _exit(exit_code_);
  }
}

std::string mpi_library() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  check(MPI_Get_library_version(text.data(), &length), "MPI_Get_library_version");
  // Not by its length: Open MPI counts the end mark.
  const std::string_view whole(text.data()), first_line = whole.substr(0, whole.find('\n'));
  std::string name;
  bool blank = false;
  for (const char c : first_line) {  // tabs and runs of blanks become one blank
    const bool is_blank = c == ' ' || c == '\t' || c == '\r';
    if (!is_blank) {
      if (blank && !name.empty()) name += ' ';
      name += c;
    }
    blank = is_blank;
  }
  return name;
}

}  // namespace tessera
