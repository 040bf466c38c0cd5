#include "harness/run/run_log.hpp"

#include "models/base/error.hpp"

namespace tessera {

RunLog::RunLog(const std::filesystem::path& path, bool writes, Open how)
    : path_(path),
      writes_(writes),
      keep_(how == Open::Append),
      log_(writes ? &file_ : nullptr, clock_, path.string()) {
  if (!writes) return;
  file_.open(path, keep_ ? std::ios::app : std::ios::trunc);
  if (!file_) throw InputError("the result log can't be written", path.string(), "choose another --output");
}

RunLog::~RunLog() {
  if (!writes_ || keep_) return;
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

}  // namespace tessera
