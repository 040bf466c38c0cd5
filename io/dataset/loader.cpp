#include "io/dataset/loader.hpp"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <system_error>

#include "models/base/error.hpp"

namespace tessera {

Loader::Loader(const Dataset& dataset, const Layout& input, const Layout& target, int depth, int readers)
    : dataset_(dataset), batch_size_(input.n), depth_(depth) {
  assert(input.n == target.n && depth >= 1 && readers >= 1);
  for (int i = 0; i <= depth; ++i)
    slots_.push_back(
        {Tensor(input), Tensor(target), std::vector<std::int64_t>(static_cast<std::size_t>(batch_size_))});
  const int threads = std::min(readers, depth);
  try {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
  } catch (const std::system_error& error) {
    const std::size_t started = threads_.size();
    stop();  // no destructor will
    throw MachineError(fmt::format("of {} threads that read samples, {} could be started: {}", threads,
                                   started, error.code().message()),
                       "this process",
                       "allow it more threads or memory (ulimit), or set data.n_parallel_reads lower");
  }
}

Loader::~Loader() {
  stop();
}

void Loader::stop() {
  {
    const std::lock_guard lock(mutex_);
    cancel_ = stop_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Loader::start(int epoch, std::vector<std::int64_t> samples, std::int64_t counted) {
  assert(samples.size() % static_cast<std::size_t>(batch_size_) == 0);
  std::unique_lock lock(mutex_);
  cancel_ = true;
  changed_.wait(lock, [this] { return reading_ == 0; });
  epoch_ = epoch;
  samples_ = std::move(samples);
  counted_ = counted;
  // The slot before the new first one holds the batch handed out last; it is kept out of reach.
  first_slot_ = (first_slot_ + static_cast<std::size_t>(handed_out_)) % slots_.size();
  batches_ = to_fill_ = static_cast<std::int64_t>(samples_.size()) / batch_size_;
  taken_ = handed_out_ = begun_ = 0;
  for (Slot& slot : slots_) slot.done = false;
  failed_ = cancel_ = false;
  lock.unlock();
  changed_.notify_all();
}

const Batch& Loader::next() {
  assert(remaining() > 0);
  std::unique_lock lock(mutex_);
  Slot& due = slot_of(handed_out_);
  if (!due.done) {
    const auto begin = std::chrono::steady_clock::now();
    changed_.wait(lock, [&due] { return due.done; });
    waited_seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }
  if (due.error) std::rethrow_exception(due.error);
  due.done = false;  // until the slot's next batch is
  taken_ = ++handed_out_;
  lock.unlock();
  changed_.notify_all();
  return due.batch;
}

void Loader::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] {
      return stop_ || (!cancel_ && !failed_ && begun_ < to_fill_ && begun_ - handed_out_ < depth_);
    });
    if (stop_) return;
    ++reading_;
    const std::int64_t batch = begun_++;
    Slot& slot = slot_of(batch);
    lock.unlock();
    std::exception_ptr error;
    try {
      read(batch, slot);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    --reading_;
    slot.error = error;
    slot.done = true;
    failed_ |= error != nullptr;
    changed_.notify_all();
  }
}

void Loader::read(std::int64_t batch, Slot& slot) {
  const std::int64_t first = batch * batch_size_;
  // A copy, since start() replaces samples_ while the batch handed out last is still looked at.
  std::copy_n(samples_.begin() + first, batch_size_, slot.samples.begin());
  for (std::int64_t i = 0; i < batch_size_ && !cancel_; ++i) {
    const std::int64_t sample = slot.samples[static_cast<std::size_t>(i)];
    dataset_.read_input(sample, epoch_, slot.input.view().sample(i));
    dataset_.read_target(sample, slot.target.view().sample(i));
  }
  slot.batch = {slot.input.view(), slot.target.view(), slot.samples,
                std::clamp<std::int64_t>(counted_ - first, 0, batch_size_)};
}

}  // namespace tessera
