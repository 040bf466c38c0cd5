#pragma once

#include <hdf5.h>

#include <string>
#include <vector>

#include "support/chunked_file.hpp"

/// Adds to a file what has its elements elsewhere, by the HDF5 library itself.
namespace tessera {

/// Rows of a virtual data set, its outermost axis, and where they come from: the first rows of a source of as
/// many.
struct VirtualRows {
  hsize_t begin, count;
  std::string file, data_set;
};

inline void add_virtual(const ChunkedFile& to, const char* name, hid_t type,
                        const std::vector<hsize_t>& shape, const std::vector<VirtualRows>& parts) {
  const auto rank = static_cast<int>(shape.size());
  const hid_t creation = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(rank, shape.data(), nullptr);
  for (const VirtualRows& part : parts) {
    std::vector<hsize_t> start(shape.size()), count = shape;
    start[0] = part.begin;
    count[0] = part.count;
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
    const hid_t source = H5Screate_simple(rank, count.data(), nullptr);
    H5Pset_virtual(creation, space, part.file.c_str(), part.data_set.c_str(), source);
    H5Sclose(source);
  }
  H5Sselect_all(space);
  H5Dclose(H5Dcreate2(to.id(), name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT));
  H5Sclose(space);
  H5Pclose(creation);
}

/// External storage: the elements are those of a file of theirs alone, from its first byte on.
inline void add_external(const ChunkedFile& to, const char* name, hid_t type,
                         const std::vector<hsize_t>& shape, const std::string& file) {
  const hid_t creation = H5Pcreate(H5P_DATASET_CREATE),
              space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
  H5Pset_external(creation, file.c_str(), 0, H5F_UNLIMITED);
  H5Dclose(H5Dcreate2(to.id(), name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT));
  H5Sclose(space);
  H5Pclose(creation);
}

inline void add_soft_link(const ChunkedFile& to, const char* name, const char* target) {
  H5Lcreate_soft(target, to.id(), name, H5P_DEFAULT, H5P_DEFAULT);
}
inline void add_external_link(const ChunkedFile& to, const char* name, const char* file, const char* target) {
  H5Lcreate_external(file, target, to.id(), name, H5P_DEFAULT, H5P_DEFAULT);
}

/// An array of texts, of as many bytes as they need.
inline void add_texts(const ChunkedFile& to, const char* name, const std::vector<const char*>& texts) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, H5T_VARIABLE);
  const hsize_t count = texts.size();
  const hid_t space = H5Screate_simple(1, &count, nullptr),
              data = H5Dcreate2(to.id(), name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  H5Dwrite(data, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts.data());
  H5Dclose(data);
  H5Sclose(space);
  H5Tclose(type);
}

}  // namespace tessera
