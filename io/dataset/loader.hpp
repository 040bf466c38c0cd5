#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "io/dataset/dataset.hpp"
#include "models/base/tensor.hpp"

namespace tessera {

/// One batch of a replica.
struct Batch {
  ConstTensorView input, target;          // n = batch a replica
  std::span<const std::int64_t> samples;  // n of them, by number in the data set
  std::int64_t counted = 0;               // the first `counted` samples count, the rest is padding
};

/// Reads batches ahead on threads of its own, each batch on one of them. All memory is allocated once:
/// `depth` batches in flight and the one handed out.
class Loader {
 public:
  /// input, target: layouts of one batch (n = batch a replica, equal in both; the boxes wanted). The data set
  /// must outlive the loader. readers: threads, at least 1; no more than `depth` are started. Throws
  /// MachineError where one can't be.
  Loader(const Dataset& dataset, const Layout& input, const Layout& target, int depth, int readers = 1);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// Begins to read an epoch: whole batches of samples, of which the first `counted` count. What was still to
  /// come of the epoch before is dropped; the batch handed out last stays valid until next().
  void start(int epoch, std::vector<std::int64_t> samples, std::int64_t counted);
  /// Batches of this epoch not yet handed out.
  std::int64_t remaining() const { return batches_ - taken_; }
  /// The next batch, valid until the next call. Rethrows what the reading of it threw, then and on every
  /// call until start(). At least one batch must remain.
  const Batch& next();
  /// Seconds that next() has waited so far: input that training did not hide.
  double waited_seconds() const { return waited_seconds_; }

 private:
  struct Slot {
    Tensor input, target;
    std::vector<std::int64_t> samples;
    Batch batch{};
    bool done = false;                   // read, or failed with the error; under the mutex
    std::exception_ptr error = nullptr;  // the same
  };
  void stop();
  void run();
  void read(std::int64_t batch, Slot& slot);
  Slot& slot_of(std::int64_t batch) {
    return slots_[(first_slot_ + static_cast<std::size_t>(batch)) % slots_.size()];
  }

  const Dataset& dataset_;
  const std::int64_t batch_size_, depth_;
  std::vector<Slot> slots_;

  // Of the calling thread alone.
  std::int64_t batches_ = 0, taken_ = 0;
  double waited_seconds_ = 0;

  // Written by start() while no thread reads, then read by them.
  int epoch_ = 0;
  std::vector<std::int64_t> samples_;
  std::int64_t counted_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;
  // Under the mutex.
  std::int64_t to_fill_ = 0, begun_ = 0;             // batches of this epoch
  std::int64_t handed_out_ = 0;                      // as taken_
  std::size_t first_slot_ = 0;                       // the slot of this epoch's batch 0
  int reading_ = 0;                                  // threads
  bool failed_ = false;                              // nothing more is begun
  std::atomic<bool> cancel_ = false, stop_ = false;  // asked between samples too, to stop soon

  std::vector<std::thread> threads_;  // last: they use all of the above
};

}  // namespace tessera
