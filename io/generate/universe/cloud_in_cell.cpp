#include "io/generate/universe/cloud_in_cell.hpp"

#include <array>
#include <cmath>

namespace tessera {
namespace {

/// The two cells that a particle touches along one axis, and its share in each.
struct Share {
  std::array<std::size_t, 2> cell;
  std::array<double, 2> weight;
};

Share share(double position, int size) {
  const double floor = std::floor(position), fraction = position - floor;
  const double wrapped = floor - size * std::floor(floor / size);
  const auto cell = static_cast<std::size_t>(wrapped), count = static_cast<std::size_t>(size);
  return {{cell, cell + 1 == count ? 0 : cell + 1}, {1 - fraction, fraction}};
}

}  // namespace

std::vector<double> cloud_in_cell(int size, const VectorField& displacement) {
  const auto n = static_cast<std::size_t>(size);
  std::vector<double> mass(n * n * n, 0.0);
  std::size_t site = 0;
  for (int d = 0; d < size; ++d)
    for (int h = 0; h < size; ++h)
      for (int w = 0; w < size; ++w, ++site) {
        const Share in_d = share(d + displacement[0][site], size),
                    in_h = share(h + displacement[1][site], size),
                    in_w = share(w + displacement[2][site], size);
        for (int i = 0; i < 2; ++i)
          for (int j = 0; j < 2; ++j) {
            double* row = mass.data() + (in_d.cell[i] * n + in_h.cell[j]) * n;
            const double weight = in_d.weight[i] * in_h.weight[j];
            row[in_w.cell[0]] += weight * in_w.weight[0];
            row[in_w.cell[1]] += weight * in_w.weight[1];
          }
      }
  return mass;
}

}  // namespace tessera
