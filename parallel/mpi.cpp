#include "parallel/mpi.hpp"

#include <fmt/core.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdlib>
#include <exception>
#include <limits>
#include <numeric>
#include <utility>

#include "models/base/error.hpp"

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
  // What went wrong has been said in one message when run_collectively aborts; MPICH need not add its own.
  setenv("MPIR_CVAR_SUPPRESS_ABORT_MESSAGE", "1", 0);
  int provided = MPI_THREAD_SINGLE;
  check(MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread");
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
Request start_all_reduce(MPI_Comm comm, std::span<T> values, MPI_Datatype type, MPI_Op operation) {
  MPI_Request handle = MPI_REQUEST_NULL;
  check(MPI_Iallreduce(MPI_IN_PLACE, values.data(), count_of(values.size()), type, operation, comm, &handle),
        "MPI_Iallreduce");
  return Request(handle);
}

}  // namespace

Request& Request::operator=(Request&& other) noexcept {
  assert(!in_flight() && "a request was overwritten in flight");
  handle_ = std::exchange(other.handle_, MPI_REQUEST_NULL);
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

void wait_all(std::span<Request> requests) {
  for (;;) {
    bool done = true;
    for (Request& request : requests) done &= request.test();
    if (done) return;
    sched_yield();
  }
}

void wait(Request& request) {
  wait_all({&request, 1});
}

Communicator::Communicator(MPI_Comm handle) : handle_(handle) {
  check(MPI_Comm_set_errhandler(handle_, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  check(MPI_Comm_rank(handle_, &rank_), "MPI_Comm_rank");
  check(MPI_Comm_size(handle_, &size_), "MPI_Comm_size");
}

Communicator::Communicator(Communicator&& other) noexcept
    : handle_(std::exchange(other.handle_, MPI_COMM_NULL)), rank_(other.rank_), size_(other.size_) {}

Communicator& Communicator::operator=(Communicator&& other) noexcept {
  std::swap(handle_, other.handle_);
  std::swap(rank_, other.rank_);
  std::swap(size_, other.size_);
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
  return Communicator(part);
}

Communicator Communicator::node_local() const {
  if (is_alone()) return {};
  barrier();
  MPI_Comm node = MPI_COMM_NULL;
  check(MPI_Comm_split_type(handle_, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &node),
        "MPI_Comm_split_type");
  return Communicator(node);
}

void Communicator::barrier() const {
  if (is_alone()) return;
  MPI_Request handle = MPI_REQUEST_NULL;
  check(MPI_Ibarrier(handle_, &handle), "MPI_Ibarrier");
  Request request(handle);
  wait(request);
}

void Communicator::broadcast(std::span<std::byte> data, int root) const {
  if (is_alone()) return;
  constexpr std::size_t kLargest = std::size_t{1} << 30;  // MPI counts in int
  for (std::size_t begin = 0; begin < data.size(); begin += kLargest) {
    const std::size_t bytes = std::min(kLargest, data.size() - begin);
    MPI_Request handle = MPI_REQUEST_NULL;
    check(MPI_Ibcast(data.data() + begin, count_of(bytes), MPI_BYTE, root, handle_, &handle), "MPI_Ibcast");
    Request request(handle);
    wait(request);
  }
}

void Communicator::broadcast(std::string& text, int root) const {
  std::uint64_t size = text.size();
  broadcast(std::as_writable_bytes(std::span(&size, 1)), root);
  text.resize(size);
  broadcast(std::as_writable_bytes(std::span(text)), root);
}

Request Communicator::start_sum(std::span<float> values) const {
  return start_all_reduce(handle_, values, MPI_FLOAT, MPI_SUM);
}

Request Communicator::start_sum(std::span<double> values) const {
  return start_all_reduce(handle_, values, MPI_DOUBLE, MPI_SUM);
}

Request Communicator::start_send(std::span<const std::byte> data, int to, int tag) const {
  MPI_Request handle = MPI_REQUEST_NULL;
  check(MPI_Isend(data.data(), count_of(data.size()), MPI_BYTE, to, tag, handle_, &handle), "MPI_Isend");
  return Request(handle);
}

Request Communicator::start_receive(std::span<std::byte> data, int from, int tag) const {
  MPI_Request handle = MPI_REQUEST_NULL;
  check(MPI_Irecv(data.data(), count_of(data.size()), MPI_BYTE, from, tag, handle_, &handle), "MPI_Irecv");
  return Request(handle);
}

void Communicator::sum(std::span<double> values) const {
  if (is_alone()) return;
  Request request = start_sum(values);
  wait(request);
}

std::int64_t Communicator::reduce(std::int64_t value, MPI_Op operation) const {
  if (is_alone()) return value;
  Request request = start_all_reduce(handle_, std::span(&value, 1), MPI_INT64_T, operation);
  wait(request);
  return value;
}

std::int64_t Communicator::max(std::int64_t value) const {
  return reduce(value, MPI_MAX);
}
std::int64_t Communicator::min(std::int64_t value) const {
  return reduce(value, MPI_MIN);
}

std::vector<std::string> Communicator::gather(const std::string& mine, int root) const {
  if (is_alone()) return {mine};
  const int length = count_of(mine.size());
  const std::vector<int> lengths = all_gather(length);
  std::vector<int> starts(lengths.size());
  std::exclusive_scan(lengths.begin(), lengths.end(), starts.begin(), 0);
  std::string joined(rank_ == root ? static_cast<std::size_t>(starts.back() + lengths.back()) : 0, '\0');
  MPI_Request handle = MPI_REQUEST_NULL;
  check(MPI_Igatherv(mine.data(), length, MPI_CHAR, joined.data(), lengths.data(), starts.data(), MPI_CHAR,
                     root, handle_, &handle),
        "MPI_Igatherv");
  Request request(handle);
  wait(request);
  std::vector<std::string> all;
  if (rank_ == root) {
    for (std::size_t i = 0; i < lengths.size(); ++i) all.push_back(joined.substr(starts[i], lengths[i]));
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
  Request request(handle);
  wait(request);
}

void Communicator::abort(int exit_code) const {
  // Through another communicator MPICH's launcher now and then reports the signal that killed the others.
  MPI_Abort(MPI_COMM_WORLD, exit_code);
  std::abort();  // MPI_Abort does not return, but is not declared so
}

MpiEnvironment::MpiEnvironment(int& argc, char**& argv) : world_(start_mpi(argc, argv)) {}

MpiEnvironment::~MpiEnvironment() {
  world_.barrier();  // MPI_Finalize spins until the last process arrives; wait for it politely
  { const Communicator gone = std::move(world_); }
  MPI_Finalize();
}

std::string mpi_library() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  check(MPI_Get_library_version(text.data(), &length), "MPI_Get_library_version");
  const std::string first_line(text.data(), std::find(text.data(), text.data() + length, '\n'));
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
