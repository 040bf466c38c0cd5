#include "io/generate/fourier.hpp"

#include <fftw3.h>

namespace tessera {

struct Fourier::Plan {
  explicit Plan(fftw_plan made) : plan(made) {}
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;
  ~Plan() { fftw_destroy_plan(plan); }
  fftw_plan plan;
};

Fourier::Fourier(const Extents& extents)
    : extents_(extents),
      count_sites_(static_cast<std::size_t>(extents.count())),
      count_modes_(static_cast<std::size_t>(extents.d * extents.h * (extents.w / 2 + 1))),
      sites_(count_sites_ * sizeof(double)),
      modes_(count_modes_ * sizeof(fftw_complex)) {
  const int d = static_cast<int>(extents.d), h = static_cast<int>(extents.h), w = static_cast<int>(extents.w);
  auto* real = sites().data();
  auto* complex = reinterpret_cast<fftw_complex*>(modes_.data());
  forward_ = std::make_unique<Plan>(fftw_plan_dft_r2c_3d(d, h, w, real, complex, FFTW_ESTIMATE));
  backward_ = std::make_unique<Plan>(fftw_plan_dft_c2r_3d(d, h, w, complex, real, FFTW_ESTIMATE));
}

Fourier::~Fourier() = default;

void Fourier::forward() {
  fftw_execute(forward_->plan);
}

void Fourier::backward() {
  fftw_execute(backward_->plan);
}

}  // namespace tessera
