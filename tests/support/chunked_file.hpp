#pragma once

#include <hdf5.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <vector>

namespace tessera {

/// How chunked data sets of test files are stored.
struct ChunkedForm {
  std::vector<hsize_t> shape, chunk;
  bool shuffle = false;
  int deflate = 0;  // 0: don't
  bool fletcher32 = false;
  H5Z_filter_t other = 0;  // a filter that need not be there: chunks are then put there by store()
};

/// Writes them with the HDF5 library itself, which is the oracle. Its error stack is printed where it fails.
class ChunkedFile {
 public:
  explicit ChunkedFile(const std::filesystem::path& path)
      : path_(path), file_(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)) {}
  ~ChunkedFile() { close(); }
  ChunkedFile(const ChunkedFile&) = delete;
  ChunkedFile& operator=(const ChunkedFile&) = delete;
  hid_t id() const { return file_; }
  void close() {
    if (file_ >= 0) H5Fclose(file_);
    file_ = H5I_INVALID_HID;
  }

  /// values: of the native type that `memory` names; stored as it, or as `stored`.
  template <class T>
  void add(const char* name, hid_t memory, const ChunkedForm& form, const std::vector<T>& values,
           hid_t stored = H5I_INVALID_HID) {
    const hid_t data = create(name, stored < 0 ? memory : stored, form);
    check(H5Dwrite(data, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
    H5Dclose(data);
  }
  /// Adds a data set to which nothing is written, and hands it to the caller, who closes it.
  hid_t create(const char* name, hid_t type, const ChunkedForm& form) {
    const hid_t space = H5Screate_simple(static_cast<int>(form.shape.size()), form.shape.data(), nullptr);
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    if (!form.chunk.empty())
      check(H5Pset_chunk(creation, static_cast<int>(form.chunk.size()), form.chunk.data()));
    if (form.shuffle) check(H5Pset_shuffle(creation));
    if (form.deflate > 0) check(H5Pset_deflate(creation, static_cast<unsigned>(form.deflate)));
    if (form.fletcher32) check(H5Pset_fletcher32(creation));
    if (form.other != 0) check(H5Pset_filter(creation, form.other, H5Z_FLAG_OPTIONAL, 0, nullptr));
    const hid_t data = H5Dcreate2(file_, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    check(data < 0 ? -1 : 0);
    H5Pclose(creation);
    H5Sclose(space);
    return data;
  }
  /// Closes the file and flips one bit of the stored chunk that begins at `first`, `at` bytes into it, from
  /// its end where negative.
  void flip_bit(const char* name, const std::vector<hsize_t>& first, std::int64_t at) {
    const hid_t data = H5Dopen2(file_, name, H5P_DEFAULT);
    check(H5Fflush(file_, H5F_SCOPE_GLOBAL));
    unsigned mask = 0;
    haddr_t address = 0;
    hsize_t size = 0;
    check(H5Dget_chunk_info_by_coord(data, first.data(), &mask, &address, &size));
    H5Dclose(data);
    close();
    std::fstream bytes(path_, std::ios::in | std::ios::out | std::ios::binary);
    const auto place =
        static_cast<std::streamoff>(address) + (at < 0 ? static_cast<std::int64_t>(size) + at : at);
    bytes.seekg(place);
    const int old = bytes.get();
    bytes.seekp(place);
    bytes.put(static_cast<char>(old ^ 0x10));
  }
  /// Replaces what is stored of the chunk that begins at `first`; bit i of `skipped`: without filter i.
  void store(const char* name, const std::vector<hsize_t>& first, const std::vector<std::uint8_t>& bytes,
             std::uint32_t skipped = 0) {
    const hid_t data = H5Dopen2(file_, name, H5P_DEFAULT);
    check(H5Dwrite_chunk(data, H5P_DEFAULT, skipped, first.data(), bytes.size(), bytes.data()));
    H5Dclose(data);
  }

 private:
  static void check(herr_t result) {
    if (result < 0) throw std::runtime_error("the HDF5 library refuses to make a test's file");
  }
  std::filesystem::path path_;
  hid_t file_;
};

}  // namespace tessera
