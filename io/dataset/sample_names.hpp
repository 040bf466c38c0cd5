#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace tessera {

/// The names of a folder's samples, by number. Every rank of a run has them all, and public data sets have
/// half a million; so they lie in one text, at a byte and a half a name beyond the names themselves.
class SampleNames {
 public:
  SampleNames() = default;
  SampleNames(std::initializer_list<std::string_view> names);
  /// Of what text() was elsewhere.
  explicit SampleNames(std::string text);

  void add(std::string_view name);
  /// Forgets all but the first so many.
  void keep_first(std::int64_t count);
  std::int64_t size() const { return count_; }
  std::string_view operator[](std::int64_t number) const;
  /// Each name, followed by a zero byte, which no name of a file has.
  const std::string& text() const { return text_; }
  /// Hands the text out, and keeps no names.
  std::string release();
  friend bool operator==(const SampleNames& a, const SampleNames& b) { return a.text_ == b.text_; }

 private:
  std::size_t begin(std::int64_t number) const;

  std::string text_;
  std::vector<std::size_t> begins_;  // in it, of some of the names
  std::int64_t count_ = 0;
};

}  // namespace tessera
