#include "io/files/whole_file.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>

#include "support/errors.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

using testing::HasSubstr;

/// Files of this process can't grow beyond so many bytes, as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_;
  void (*handler_)(int);
};

TEST(WholeFile, ReplacesWhatStoodThereAndLeavesNothingBeside) {
  const TemporaryDirectory directory;
  write_whole_file(directory / "a", "first");
  write_whole_file(directory / "a", "second");
  EXPECT_EQ(read_whole_file(directory / "a"), "second");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory.path()), {}), 1);
}

TEST(WholeFile, AFullDiskIsAMachineErrorAndLeavesTheOldFileAlone) {
  const TemporaryDirectory directory;
  write_whole_file(directory / "a", "old");
  const std::string large(100000, 'x');
  {
    const FileSizeLimit limit(4096);
    EXPECT_THROW(write_whole_file(directory / "a", large), MachineError);
  }
  EXPECT_EQ(read_whole_file(directory / "a"), "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory.path()), {}), 1);
}

TEST(WholeFile, AMissingDirectoryIsAnInputErrorThatNamesIt) {
  const TemporaryDirectory directory;
  const auto path = directory / "no/such/file";
  EXPECT_THAT(message_of<InputError>([&] { write_whole_file(path, "x"); }), HasSubstr(path.string()));
  EXPECT_THAT(message_of<InputError>([&] { read_whole_file(path); }), HasSubstr("No such file"));
}

TEST(WholeFile, OnlyARegularFileIsRead) {
  const TemporaryDirectory directory;
  const auto refusal = [](const std::filesystem::path& path) {
    return message_of<InputError>([&] { read_whole_file(path); });
  };
  EXPECT_THAT(refusal(directory.path()), HasSubstr("no regular file"));
  EXPECT_THAT(refusal("/dev/null"), HasSubstr("no regular file"));
  std::filesystem::create_symlink("loop", directory / "loop");
  EXPECT_THAT(refusal(directory / "loop" / "file"), HasSubstr("symbolic link"));
}

TEST(WholeFile, SeveralAreAllWritten) {
  const TemporaryDirectory directory;
  std::vector<FileToWrite> files;
  for (int i = 0; i < 20; ++i)
    files.push_back({directory / std::to_string(i), std::vector<std::byte>(i + 1, std::byte{'a'})});
  write_whole_files(files);
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(read_whole_file(directory / std::to_string(i)), std::string(i + 1, 'a'));
}

TEST(WholeFile, OneOfSeveralThatFailsIsReported) {
  const TemporaryDirectory directory;
  const std::vector<FileToWrite> files{
      {directory / "a", {}}, {directory / "missing/b", {}}, {directory / "c", {}}};
  EXPECT_THROW(write_whole_files(files), InputError);
}

}  // namespace
}  // namespace tessera
