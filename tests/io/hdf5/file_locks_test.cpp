#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "io/files/directory_lock.hpp"
#include "io/files/read_lock.hpp"
#include "io/files/whole_file.hpp"
#include "io/hdf5/checkpoint.hpp"
#include "support/errors.hpp"
#include "support/referring_file.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

std::atomic<int> refusal = 0;  // of all locks, as file systems that have none refuse them; 0: none

}  // namespace
}  // namespace tessera

// Stands before the C library's, for the HDF5 library, too.
extern "C" int flock(int descriptor, int operation) noexcept {
  if (tessera::refusal == 0) return static_cast<int>(syscall(SYS_flock, descriptor, operation));
  errno = tessera::refusal;
  return -1;
}

namespace tessera {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

/// While it is there, the file system has no locks.
class NoLocks {
 public:
  explicit NoLocks(int error) { refusal = error; }
  ~NoLocks() { refusal = 0; }
  NoLocks(const NoLocks&) = delete;
  NoLocks& operator=(const NoLocks&) = delete;
};

constexpr int kNotSupported = 524;  // ENOTSUPP of Linux, which some network file systems let through
constexpr int kRefusals[] = {EOPNOTSUPP, ENOLCK, EAGAIN, ENOSYS, EINVAL, kNotSupported};

void write_four(const fs::path& path) {
  ChunkedFile(path).add("x", H5T_NATIVE_INT16, {{4}, {}}, std::vector<std::int16_t>{1, 2, 3, 4});
}

TEST(FileLocks, FilesAreReadWhereTheFileSystemHasNone) {
  const TemporaryDirectory directory;
  {
    ChunkedFile source(directory / "source.h5");
    source.add("full", H5T_NATIVE_INT16, {{4}, {}}, std::vector<std::int16_t>{1, 2, 3, 4});
    ChunkedFile file(directory / "a.h5");
    add_external_link(file, "linked", "source.h5", "/full");
    file.add("own", H5T_NATIVE_INT16, {{4}, {}}, std::vector<std::int16_t>{1, 2, 3, 4});
  }
  for (const int error : kRefusals) {
    const NoLocks here(error);
    const Hdf5File file(directory / "a.h5");
    for (const char* name : {"own", "linked"}) {
      std::vector<std::int16_t> read(4);
      file.read<std::int16_t>(name, std::vector<Interval>{{0, 4}}, read);
      EXPECT_THAT(read, testing::ElementsAre(1, 2, 3, 4)) << name << ", flock fails with " << error;
    }
  }
}

// The library has zeros for sources that it can't lock.
TEST(FileLocks, SourcesOfVirtualDataSetsNeedThemAndAreRefusedElse) {
  const TemporaryDirectory directory;
  {
    ChunkedFile source(directory / "source.h5");
    source.add("full", H5T_NATIVE_INT16, {{4}, {}}, std::vector<std::int16_t>{1, 2, 3, 4});
    ChunkedFile file(directory / "a.h5");
    add_virtual(file, "x", H5T_NATIVE_INT16, {4}, {{0, 4, "source.h5", "full"}});
  }
  const NoLocks here(ENOLCK);
  const Hdf5File file(directory / "a.h5");
  std::vector<std::int16_t> read(4);
  EXPECT_THAT(message_of<InputError>([&] {
                file.read<std::int16_t>("x", std::vector<Interval>{{0, 4}}, read);
              }),
              AllOf(HasSubstr("from 'source.h5', which is on a file system without locks"),
                    HasSubstr("set HDF5_USE_FILE_LOCKING=FALSE")));
}

TEST(FileLocks, CheckpointsAreWrittenWhereTheFileSystemHasNone) {
  const TemporaryDirectory directory;
  for (const int error : kRefusals) {
    const NoLocks here(error);
    Checkpoint checkpoint;
    checkpoint.attributes["step"] = std::int64_t{error};
    write_checkpoint(directory / "checkpoint.h5", checkpoint);
    EXPECT_EQ(integer_of(read_checkpoint(directory / "checkpoint.h5"), "step", "checkpoint.h5"), error);
  }
}

TEST(FileLocks, ADirectoryIsLockedWhereTheFileSystemHasNone) {
  const TemporaryDirectory directory;
  for (const int error : kRefusals) {
    const NoLocks here(error);
    const LockOptions options{.what = "the directory", .fix = "wait"};
    DirectoryLock lock(directory.path(), options);
    EXPECT_NO_THROW(lock.check());
    EXPECT_THAT(message_of<InputError>([&] { DirectoryLock(directory.path(), options); }),
                HasSubstr(fmt::format("in use by process {}", getpid())));
  }
}

TEST(FileLocks, AFileThatAnotherProcessWritesIsRefusedByItsNumber) {
  const TemporaryDirectory directory;
  write_four(directory / "a.h5");
  const int descriptor = ::open((directory / "a.h5").c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(::flock(descriptor, LOCK_EX | LOCK_NB), 0);
  if (!try_read_lock(directory / "a.h5").writer) {
    ::close(descriptor);
    GTEST_SKIP() << "/proc/locks doesn't tell who holds a lock on this file system";
  }
  EXPECT_THAT(message_of<InputError>([&] { Hdf5File(directory / "a.h5"); }),
              HasSubstr(fmt::format("process {} has it open for writing", getpid())));
  ::close(descriptor);
  EXPECT_NO_THROW(Hdf5File(directory / "a.h5"));
}

TEST(FileLocks, ADamagedFileIsNotTakenForOneWithoutLocks) {
  const TemporaryDirectory directory;
  write_four(directory / "a.h5");
  fs::resize_file(directory / "a.h5", fs::file_size(directory / "a.h5") / 2);
  const NoLocks here(ENOLCK);
  EXPECT_THAT(message_of<InputError>([&] { Hdf5File(directory / "a.h5"); }), HasSubstr("truncated file"));
}

}  // namespace
}  // namespace tessera
