#include "results/log/gzip_buffer.hpp"

#include <isa-l/igzip_lib.h>

#include <array>
#include <cstdint>
#include <vector>

namespace tessera {

/// A gzip file is one compressed stream, or several one after the other.
struct GzipBuffer::Inflate {
  static constexpr std::size_t kBytes = std::size_t{1} << 18;

  inflate_state state{};
  bool within_stream = false;
  std::vector<char> file = std::vector<char>(kBytes), text = std::vector<char>(kBytes);

  void begin() {
    std::uint8_t* const next = state.next_in;
    const std::uint32_t left = state.avail_in;
    isal_inflate_init(&state);
    state.next_in = next;
    state.avail_in = left;
    state.crc_flag = ISAL_GZIP;  // the wrapper is read, its checksum and length are verified
    within_stream = true;
  }
};

bool begins_as_gzip(std::istream& in) {
  constexpr std::array kMagic{'\x1f', '\x8b', '\x08'};  // the last one: by deflate, the only method there is
  const std::istream::pos_type here = in.tellg();
  std::array<char, kMagic.size()> first{};
  in.read(first.data(), first.size());
  in.clear();
  in.seekg(here);
  return first == kMagic;
}

GzipBuffer::GzipBuffer(std::istream& file) : file_(file), inflate_(std::make_unique<Inflate>()) {}

GzipBuffer::~GzipBuffer() = default;

bool GzipBuffer::refill() {
  file_.read(inflate_->file.data(), static_cast<std::streamsize>(inflate_->file.size()));
  inflate_->state.next_in = reinterpret_cast<std::uint8_t*>(inflate_->file.data());
  inflate_->state.avail_in = static_cast<std::uint32_t>(file_.gcount());
  return file_.gcount() > 0;
}

GzipBuffer::int_type GzipBuffer::underflow() {
  inflate_state& state = inflate_->state;
  while (problem_.empty()) {
    const bool at_end = state.avail_in == 0 && !refill();
    if (at_end && !inflate_->within_stream) break;
    if (!inflate_->within_stream) inflate_->begin();
    state.next_out = reinterpret_cast<std::uint8_t*>(inflate_->text.data());
    state.avail_out = static_cast<std::uint32_t>(inflate_->text.size());
    const int result = isal_inflate(&state);
    if (result < 0 || result == ISAL_NEED_DICT) problem_ = "damaged";
    if (state.block_state == ISAL_BLOCK_FINISH) inflate_->within_stream = false;
    const std::size_t made = inflate_->text.size() - state.avail_out;
    if (made > 0) {
      setg(inflate_->text.data(), inflate_->text.data(), inflate_->text.data() + made);
      return traits_type::to_int_type(*gptr());
    }
    if (at_end && inflate_->within_stream) problem_ = "cut short";
  }
  return traits_type::eof();
}

}  // namespace tessera
