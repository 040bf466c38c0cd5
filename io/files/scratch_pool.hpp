#pragma once

#include <mutex>
#include <utility>
#include <vector>

namespace tessera {

/// Memory that threads borrow for a while. It stays allocated, as much as was ever borrowed at once, since
/// fresh pages cost more than most of what is done in them.
template <class T>
class ScratchPool {
 public:
  /// Borrowed elements of any number and value; given back by the destructor. The pool must outlive it.
  class Loan {
   public:
    explicit Loan(ScratchPool& pool) : pool_(pool), elements_(pool.take()) {}
    ~Loan() { pool_.give_back(std::move(elements_)); }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    std::vector<T>& operator*() { return elements_; }

   private:
    ScratchPool& pool_;
    std::vector<T> elements_;
  };

 private:
  std::vector<T> take() {
    const std::lock_guard lock(mutex_);
    if (spare_.empty()) return {};
    std::vector<T> elements = std::move(spare_.back());
    spare_.pop_back();
    return elements;
  }
  void give_back(std::vector<T> elements) {
    const std::lock_guard lock(mutex_);
    spare_.push_back(std::move(elements));
  }

  std::mutex mutex_;
  std::vector<std::vector<T>> spare_;
};

}  // namespace tessera
