#include "io/dataset/loader.hpp"

#include <gmock/gmock.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <numeric>
#include <thread>

#include "models/base/error.hpp"

namespace tessera {
namespace {

/// Sample s of epoch e is full of 1000 e + s; its target is s.
class CountingDataset final : public Dataset {
 public:
  std::int64_t size() const override { return 100; }
  std::filesystem::path file(std::int64_t) const override { return {}; }
  void check_first_sample() const override {}
  void read_input(std::int64_t sample, int epoch, TensorView into) const override {
    ++reads;
    if (sample == bad) throw InputError("a bad sample", "sample", "mend it");
    const int at_once = ++under_way;
    if (most_at_once < at_once) most_at_once = at_once;
    if (late < 0 || sample == late) std::this_thread::sleep_for(delay);
    --under_way;
    for (float& value : into.span<float>()) value = static_cast<float>(1000 * epoch + sample);
  }
  void read_target(std::int64_t sample, TensorView into) const override {
    for (float& value : into.span<float>()) value = static_cast<float>(sample);
  }
  std::uint64_t bytes_read() const override { return 0; }
  std::int64_t bad = -1;
  std::int64_t late = -1;  // the one sample that is delayed; -1: all are
  std::chrono::milliseconds delay{0};
  mutable std::atomic<int> reads = 0, under_way = 0, most_at_once = 0;
};

const Layout kInput{2, 3, {{0, 2}, {1, 3}, {0, 2}}}, kTarget{2, 4, {{0, 1}, {0, 1}, {0, 1}}};

std::vector<std::int64_t> counting(std::int64_t first, std::int64_t count) {
  std::vector<std::int64_t> samples(static_cast<std::size_t>(count));
  std::iota(samples.begin(), samples.end(), first);
  return samples;
}

void expect_batch(const Batch& batch, int epoch, std::int64_t first) {
  for (std::int64_t i = 0; i < 2; ++i) {
    EXPECT_EQ(batch.samples[static_cast<std::size_t>(i)], first + i);
    for (int j = 0; j < 24; ++j)
      EXPECT_EQ(batch.input.data<float>()[i * 24 + j], static_cast<float>(1000 * epoch + first + i));
    for (int j = 0; j < 4; ++j)
      EXPECT_EQ(batch.target.data<float>()[i * 4 + j], static_cast<float>(first + i));
  }
}

TEST(Loader, DeliversEverySampleOnceInOrderOverSeveralEpochs) {
  const CountingDataset dataset;
  for (const int depth : {1, 2, 5})
    for (const int readers : {1, 3}) {
      Loader loader(dataset, kInput, kTarget, depth, readers);
      for (int epoch = 0; epoch < 3; ++epoch) {
        loader.start(epoch, counting(0, 20), 20);
        for (std::int64_t first = 0; first < 20; first += 2) {
          EXPECT_EQ(loader.remaining(), (20 - first) / 2);
          expect_batch(loader.next(), epoch, first);
        }
        EXPECT_EQ(loader.remaining(), 0);
      }
    }
}

TEST(Loader, KeepsTheOrderHoweverLateTheReadersAre) {
  CountingDataset dataset;
  dataset.late = 4;
  dataset.delay = std::chrono::milliseconds(20);
  Loader loader(dataset, kInput, kTarget, 4, 4);
  loader.start(0, counting(0, 20), 20);
  for (std::int64_t first = 0; first < 20; first += 2) expect_batch(loader.next(), 0, first);
}

TEST(Loader, ReadsSeveralBatchesAtOnce) {
  CountingDataset dataset;
  dataset.delay = std::chrono::milliseconds(20);
  Loader loader(dataset, kInput, kTarget, 4, 4);
  loader.start(0, counting(0, 20), 20);
  while (loader.remaining() > 0) loader.next();
  EXPECT_GT(dataset.most_at_once, 1);
}

TEST(Loader, SaysHowManyOfEachBatchCount) {
  const CountingDataset dataset;
  Loader loader(dataset, kInput, kTarget, 2);
  loader.start(0, {0, 1, 2, 2, 2, 2}, 3);
  EXPECT_EQ(loader.next().counted, 2);
  EXPECT_EQ(loader.next().counted, 1);
  EXPECT_EQ(loader.next().counted, 0);
}

TEST(Loader, ABatchStaysValidUntilTheNextEvenAcrossAStart) {
  const CountingDataset dataset;
  Loader loader(dataset, kInput, kTarget, 1);
  loader.start(0, counting(0, 4), 4);
  loader.next();
  const Batch last = loader.next();
  loader.start(1, counting(10, 4), 4);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  expect_batch(last, 0, 2);
  expect_batch(loader.next(), 1, 10);
}

/// Waits until so many samples have been read, and a little longer for any beyond.
void expect_reads(const CountingDataset& dataset, int expected) {
  const auto latest = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (dataset.reads < expected && std::chrono::steady_clock::now() < latest)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(dataset.reads, expected);
}

TEST(Loader, ReadsNoFurtherAheadThanItsDepth) {
  const CountingDataset dataset;
  Loader loader(dataset, kInput, kTarget, 3);
  loader.start(0, counting(0, 40), 40);
  expect_reads(dataset, 6);
  loader.next();
  expect_reads(dataset, 8);
}

TEST(Loader, UsesTheSameMemoryAllTheTime) {
  const CountingDataset dataset;
  Loader loader(dataset, kInput, kTarget, 2);
  std::set<const std::byte*> buffers;
  for (int epoch = 0; epoch < 3; ++epoch) {
    loader.start(epoch, counting(0, 20), 20);
    while (loader.remaining() > 0) buffers.insert(loader.next().input.bytes);
  }
  EXPECT_EQ(buffers.size(), 3U);
}

TEST(Loader, RethrowsAnErrorWhereItsBatchIsDueAndRecoversOnStart) {
  CountingDataset dataset;
  dataset.bad = 5;
  for (const int readers : {1, 3}) {
    Loader loader(dataset, kInput, kTarget, 3, readers);
    loader.start(0, counting(0, 20), 20);
    expect_batch(loader.next(), 0, 0);
    expect_batch(loader.next(), 0, 2);
    EXPECT_THROW(loader.next(), InputError);
    EXPECT_THROW(loader.next(), InputError);
    loader.start(1, counting(6, 4), 4);
    expect_batch(loader.next(), 1, 6);
  }
}

TEST(Loader, DropsARunningEpochWhenANewOneStarts) {
  const CountingDataset dataset;
  Loader loader(dataset, kInput, kTarget, 2);
  for (int epoch = 0; epoch < 200; ++epoch) {
    loader.start(epoch, counting(epoch % 50, 10), 10);
    for (int batch = 0; batch < epoch % 4; ++batch)
      expect_batch(loader.next(), epoch, epoch % 50 + 2 * batch);
  }
}

TEST(Loader, EndsPromptlyWhileReading) {
  CountingDataset dataset;
  dataset.delay = std::chrono::milliseconds(50);
  const auto begin = std::chrono::steady_clock::now();
  {
    Loader loader(dataset, {50, 3, kInput.box}, {50, 4, kTarget.box}, 2);
    loader.start(0, counting(0, 100), 100);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
  Loader(dataset, kInput, kTarget, 2);  // one that never started ends too
}

TEST(Loader, MeasuresWhatNextWaited) {
  CountingDataset dataset;
  dataset.delay = std::chrono::milliseconds(20);
  Loader loader(dataset, kInput, kTarget, 1);
  EXPECT_EQ(loader.waited_seconds(), 0);
  loader.start(0, counting(0, 2), 2);
  loader.next();
  EXPECT_GT(loader.waited_seconds(), 0.01);
}

// Ends the process, whose memory and threads it bounds: one thread has room for its stack, a second has not.
[[noreturn]] void load_with_room_for_one_thread() {
  constexpr std::size_t kStack = std::size_t{1} << 30;
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const rlim_t room = pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) + kStack + kStack / 2;
  const rlimit limit{room, room};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStack);
  if (pthread_setattr_default_np(&attributes) != 0 || setrlimit(RLIMIT_AS, &limit) != 0) std::_Exit(1);
  const CountingDataset dataset;
  try {
    Loader(dataset, kInput, kTarget, 4, 4);
  } catch (const MachineError& error) {
    std::cerr << error.what() << std::endl;
    std::_Exit(3);
  }
  std::_Exit(0);
}

TEST(LoaderDeathTest, EndsTheThreadsItHasWhereAnotherCannotBeStarted) {
  EXPECT_EXIT(load_with_room_for_one_thread(), testing::ExitedWithCode(3),
              "of 4 threads that read samples, 1 could be started");
}

}  // namespace
}  // namespace tessera
