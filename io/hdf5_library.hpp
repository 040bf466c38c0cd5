#pragma once

#include <hdf5.h>

#include <mutex>
#include <string>
#include <utility>

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

/// The innermost entry of the error stack: what failed first. To be called while a Library is held.
std::string innermost_error();

}  // namespace tessera
