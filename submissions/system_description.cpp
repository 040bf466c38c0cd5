#include "submissions/system_description.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "models/base/error.hpp"
#include "results/log/lenient_json.hpp"
#include "results/log/log_value.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::uintmax_t kLargestDescription = std::uintmax_t{1} << 20;
constexpr const char* kFix = "`tessera system` writes a description in the right form";

bool is_known(const std::string& name) {
  return std::ranges::find(kSystemFields, name, &SystemField::name) != kSystemFields.end();
}

}  // namespace

std::string SystemDescription::text(std::string_view field) const {
  const auto found = fields.find(field);
  return found != fields.end() && found->is_string() ? found->get<std::string>() : std::string();
}

SystemDescription parse_system_description(std::string_view text, const std::string& file) {
  // Python's reader of JSON, which the official tools are written with, refuses the mark; ours skips it.
  if (text.starts_with(kByteOrderMark))
    throw InputError("this system description begins with a byte order mark", file,
                     "save the file as UTF-8 without it");
  LenientJson parsed = parse_lenient_json(text);
  if (!parsed.error.empty())
    throw InputError(fmt::format("this system description isn't JSON: {}", parsed.error), file, kFix);
  if (!parsed.value.is_object()) throw InputError("this system description isn't a JSON object", file, kFix);
  return {std::move(parsed.value)};
}

SystemDescription read_system_description(const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(file, error))
    throw InputError("there is no such system description", file.string(), kFix);
  if (fs::file_size(file, error) > kLargestDescription)
    throw InputError(
        fmt::format("a system description has at most {} bytes, this one more", kLargestDescription),
        file.string(), kFix);
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf()))
    throw InputError("this system description is empty or can't be read", file.string(), kFix);
  return parse_system_description(text.str(), file.string());
}

Verdict check(const SystemDescription& system, const std::string& file) {
  Verdict verdict;
  for (const SystemField& field : kSystemFields) {
    const std::string name(field.name);
    const auto found = system.fields.find(name);
    if (found == system.fields.end())
      verdict.findings.push_back({"missing-field", file, "", {}, fmt::format("the field {}", name), "none"});
    else if (field.must_be_text && !found->is_string())
      verdict.findings.push_back(
          {"not-a-text", file, "", {}, fmt::format("a text as {}", name), show(*found)});
  }
  for (const auto& [name, value] : system.fields.items())
    if (!is_known(name))
      verdict.warnings.push_back({"unknown-field", file, "", {}, "the 33 fields alone", show(name)});
  return verdict;
}

std::string to_text(const SystemDescription& system) {
  nlohmann::ordered_json ordered = nlohmann::ordered_json::object();
  for (const SystemField& field : kSystemFields)
    if (const auto found = system.fields.find(field.name); found != system.fields.end())
      ordered[std::string(field.name)] = *found;
  for (const auto& [name, value] : system.fields.items())
    if (!is_known(name)) ordered[name] = value;
  return ordered.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace tessera
