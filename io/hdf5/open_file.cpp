#include "io/hdf5/open_file.hpp"

#include <fmt/format.h>
#include <hdf5.h>

#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

#include "io/files/dangling_link.hpp"
#include "io/files/read_lock.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

constexpr const char* kLocking = "HDF5_USE_FILE_LOCKING";  // overrides what access lists say

[[noreturn]] void fail_to_open(const std::filesystem::path& path, const std::string& reason,
                               const std::string& fix) {
  throw InputError(fmt::format("cannot open an HDF5 file ({})", reason), path.string(), fix);
}

void check_is_file(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_regular_file(path, error)) return;
  const bool is_missing =
      !error || error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
  throw InputError(
      is_missing ? why_missing(path, "there is no such file") : "cannot look at a file: " + error.message(),
      path.string(), "correct the path");
}

}  // namespace

Id access_without_locks() {
  Id access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
#if H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 12, 0))
  H5Pset_file_locking(access.get(), false, true);
#endif
  return access;
}

Id open_object(const Id& file, const std::string& name) {
  const auto open = [&](hid_t links) { return Id(H5Oopen(file.get(), name.c_str(), links), H5Oclose); };
  if (Id object = open(H5P_DEFAULT); object.valid()) return object;
  {
    const Id links(H5Pcreate(H5P_LINK_ACCESS), H5Pclose), access = access_without_locks();
    H5Pset_elink_fapl(links.get(), access.get());
    if (Id object = open(links.get()); object.valid()) return object;
  }
  return open(H5P_DEFAULT);  // whose errors are those of the file
}

Id open_data_set(const Id& file, const std::string& name) {
  Id object = open_object(file, name);
  return H5Iget_type(object.get()) == H5I_DATASET ? std::move(object) : Id();
}

Id open_to_read(const std::filesystem::path& path) {
  check_is_file(path);
  if (H5Fis_hdf5(path.c_str()) == 0)
    throw InputError("this is not an HDF5 file", path.string(),
                     "replace it by an HDF5 file, or convert the data set first");
  Id file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (file.valid()) return file;
  std::string reason = innermost_error();
  const ReadLock lock = try_read_lock(path);
  if (lock.writer)
    fail_to_open(path, fmt::format("process {} has it open for writing", *lock.writer),
                 "wait until that process has closed it");
  if (lock.is_granted)
    fail_to_open(path, reason,
                 "check its permissions; if it is damaged or cut short, copy or generate it again");
  const Id access = access_without_locks();
  file = Id(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get()), H5Fclose);
  if (file.valid()) return file;
  reason = innermost_error();
  fail_to_open(path, reason,
               std::getenv(kLocking) != nullptr
                   ? fmt::format("check its permissions; if the file system has no locks, unset {}", kLocking)
                   : "check its permissions; if it is damaged or cut short, copy or generate it again");
}

}  // namespace tessera
