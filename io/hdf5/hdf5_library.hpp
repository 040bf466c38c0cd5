#pragma once

#include <hdf5.h>

#include <map>
#include <mutex>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "io/hdf5/hdf5.hpp"

/// What the sources that call the HDF5 library share. For io/hdf5*.cpp alone.
namespace tessera {

/// Held around every use of the library. Its automatic printing of errors is switched off here, because in
/// thread-safe builds that switch is one a thread. What errno tells afterwards is of this use.
class Library {
 public:
  Library();

 private:
  std::lock_guard<std::mutex> lock_;
};

/// Owner of one HDF5 identifier. To be destroyed while a Library is held.
class Id {
 public:
  using Close = herr_t (*)(hid_t);
  Id() = default;
  Id(hid_t id, Close how) : id_(id), close_(how) {}
  Id(Id&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(other.close_) {}
  Id& operator=(Id&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Id() { close(); }
  /// False where the library says that it failed.
  bool close() {
    const hid_t id = std::exchange(id_, H5I_INVALID_HID);
    return id < 0 || close_(id) >= 0;
  }
  hid_t get() const { return id_; }
  bool valid() const { return id_ >= 0; }

 private:
  hid_t id_ = H5I_INVALID_HID;
  Close close_ = nullptr;
};

/// What the library calls T in memory.
template <class T>
hid_t native_type() {
  if constexpr (std::is_same_v<T, std::int8_t>) return H5T_NATIVE_INT8;
  if constexpr (std::is_same_v<T, std::uint8_t>) return H5T_NATIVE_UINT8;
  if constexpr (std::is_same_v<T, std::uint16_t>) return H5T_NATIVE_UINT16;
  if constexpr (std::is_same_v<T, std::uint32_t>) return H5T_NATIVE_UINT32;
  if constexpr (std::is_same_v<T, std::uint64_t>) return H5T_NATIVE_UINT64;
  if constexpr (std::is_same_v<T, std::int16_t>) return H5T_NATIVE_INT16;
  if constexpr (std::is_same_v<T, std::int32_t>) return H5T_NATIVE_INT32;
  if constexpr (std::is_same_v<T, std::int64_t>) return H5T_NATIVE_INT64;
  if constexpr (std::is_same_v<T, float>) return H5T_NATIVE_FLOAT;
  if constexpr (std::is_same_v<T, double>) return H5T_NATIVE_DOUBLE;
}

/// What it calls T in files.
template <class T>
hid_t file_type() {
  if constexpr (std::is_same_v<T, std::int8_t>) return H5T_STD_I8LE;
  if constexpr (std::is_same_v<T, std::uint8_t>) return H5T_STD_U8LE;
  if constexpr (std::is_same_v<T, std::uint16_t>) return H5T_STD_U16LE;
  if constexpr (std::is_same_v<T, std::uint32_t>) return H5T_STD_U32LE;
  if constexpr (std::is_same_v<T, std::uint64_t>) return H5T_STD_U64LE;
  if constexpr (std::is_same_v<T, std::int16_t>) return H5T_STD_I16LE;
  if constexpr (std::is_same_v<T, std::int32_t>) return H5T_STD_I32LE;
  if constexpr (std::is_same_v<T, std::int64_t>) return H5T_STD_I64LE;
  if constexpr (std::is_same_v<T, float>) return H5T_IEEE_F32LE;
  if constexpr (std::is_same_v<T, double>) return H5T_IEEE_F64LE;
}

/// Outermost first; empty for a scalar.
std::vector<hsize_t> shape_of(const Id& space);

/// Memory that holds the block densely, of the block's own rank: where the ranks differ, the library goes
/// through chunked data element by element.
Id memory_of(std::span<const Interval> block);

/// Narrows the space to the block; false where the block isn't within it.
bool select(const Id& space, std::span<const Interval> block);

struct Hdf5File::Handle {
  Id file;
  std::uint64_t bytes_read = 0;
  struct DataSet {
    Id id;
    bool is_whole = false;  // as far as is known
  };
  std::map<std::string, DataSet>
      data_sets{};  // stay open as long as the file: small files are mostly opening

  /// Borrowed. Throws InputError where the file, of this path, lacks the data set.
  const Id& open(const std::string& name, const std::filesystem::path& path) { return find(name, path).id; }
  /// To read it: throws as check_whole(), too.
  const Id& open_whole(const std::string& name, const std::filesystem::path& path);

 private:
  DataSet& find(const std::string& name, const std::filesystem::path& path);
};

/// The innermost entry of the error stack: what failed first. To be called while a Library is held.
std::string innermost_error();

}  // namespace tessera
