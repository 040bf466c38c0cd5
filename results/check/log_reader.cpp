#include "results/check/log_reader.hpp"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <numeric>
#include <optional>

#include "models/base/error.hpp"
#include "results/log/gzip_buffer.hpp"
#include "results/log/lenient_json.hpp"
#include "results/log/log_lines.hpp"
#include "results/log/ml_log.hpp"
#include "results/log/number_text.hpp"

namespace tessera {
namespace {

using nlohmann::json;

std::string latin1_to_utf8(std::string_view bytes) {
  const auto ascii = [](bool so_far, char c) { return so_far & (static_cast<unsigned char>(c) < 0x80); };
  if (std::accumulate(bytes.begin(), bytes.end(), true, ascii)) return std::string(bytes);
  std::string text;
  text.reserve(bytes.size() + 16);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text += c;
    } else {
      text += static_cast<char>(0xC0 | (byte >> 6));
      text += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return text;
}

/// What Python strips from the end of a line: white space of latin-1, beyond JSON's own.
std::string_view without_trailing_space(std::string_view bytes) {
  constexpr std::string_view kSpace = " \t\n\v\f\r\x1c\x1d\x1e\x1f\x85\xa0";
  const std::size_t last = bytes.find_last_not_of(kSpace);
  return bytes.substr(0, last + 1);
}

/// A time stamp is a number, or a text that is one.
std::optional<double> time_of(const json& time) {
  if (time.is_number()) return time.get<double>();
  if (time.is_boolean()) return time.get<bool>() ? 1.0 : 0.0;
  if (!time.is_string()) return std::nullopt;
  return number_from_text(time.get_ref<const std::string&>());
}

/// The members of an entry that are read, in this order.
enum Member { kKey, kValue, kMetadata, kTime };
constexpr std::array<std::string_view, 4> kMembers{"key", "value", "metadata", "time_ms"};

/// What keeps an object from being an entry; empty if nothing does.
std::string defect_of(const LenientObject& object) {
  if (!object.error.empty()) return object.error;
  for (std::size_t i = 0; i < kMembers.size(); ++i) {
    if (!object.members[i]) return fmt::format("lacks {}", kMembers[i]);
  }
  if (!time_of(*object.members[kTime])) return "time_ms isn't a number";
  return {};
}

void add_line(RunRecord& run, const EntryLine& line, const EntryObserver& observe) {
  ++run.entry_lines;
  if (line.too_long) {
    run.add(MalformedLine{line.number, fmt::format("an entry of more than {} bytes", kLongestEntry)});
    return;
  }
  LenientObject object = parse_lenient_object(latin1_to_utf8(without_trailing_space(line.text)), kMembers);
  if (std::string defect = defect_of(object); !defect.empty()) {
    run.add(MalformedLine{line.number, std::move(defect)});
    return;
  }
  const json& name = *object.members[kKey];
  const auto key = name.is_string() ? find_log_key(name.get_ref<const std::string&>()) : std::nullopt;
  if (!key) return;
  LogEntry known{*key, line.number, *time_of(*object.members[kTime]), std::move(*object.members[kValue]),
                 std::move(*object.members[kMetadata])};
  if (observe) observe(known);
  run.add(std::move(known));
}

InputError unreadable(const std::filesystem::path& path, const char* problem) {
  return {problem, path.string(), "give the path of a result log, or of a directory that holds some"};
}

/// Whether a file has the log token in UTF-16, as a shell of Windows redirects it.
bool is_in_utf16(std::istream& in) {
  std::array<char, std::size_t{1} << 16> first{};
  in.clear();
  in.seekg(0);
  in.read(first.data(), first.size());
  const std::string_view text(first.data(), static_cast<std::size_t>(in.gcount()));
  std::string token;
  for (const char c : kLogToken) token += {c, '\0'};
  token.pop_back();  // so that it is the same in both orders of bytes
  return text.find(token) != std::string_view::npos;
}

RunRecord read_compressed(std::istream& file, const std::filesystem::path& path,
                          const EntryObserver& observe) {
  GzipBuffer buffer(file);
  std::istream text(&buffer);
  RunRecord run = read_log(text, path.string(), observe);
  run.compressed = true;
  if (!buffer.problem().empty())
    throw InputError(fmt::format("this gzip file is {}", buffer.problem()), path.string(),
                     "copy the file again");
  return run;
}

RunRecord read_plain(std::istream& file, const std::filesystem::path& path, const EntryObserver& observe) {
  RunRecord run = read_log(file, path.string(), observe);
  if (run.entry_lines == 0 && !file.bad() && is_in_utf16(file))
    throw InputError("this log is in UTF-16, which isn't read here nor by the official checker",
                     path.string(), "write it as UTF-8: iconv -f UTF-16 -t UTF-8");
  return run;
}

}  // namespace

RunRecord read_log(std::istream& in, std::string file, const EntryObserver& observe) {
  RunRecord run;
  run.file = std::move(file);
  LogLines lines(in);
  for (EntryLine line; lines.next(line);) add_line(run, line, observe);
  return run;
}

RunRecord read_log(const std::filesystem::path& path, const EntryObserver& observe) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) throw unreadable(path, "there is no such file");
  if (!std::filesystem::is_regular_file(status)) throw unreadable(path, "this isn't a regular file");
  std::ifstream in(path, std::ios::binary);
  if (!in) throw unreadable(path, "this file can't be opened for reading");
  RunRecord run = begins_as_gzip(in) ? read_compressed(in, path, observe) : read_plain(in, path, observe);
  if (in.bad())
    throw MachineError("reading a log failed", path.string(), "check the file system and try again");
  return run;
}

}  // namespace tessera
