#pragma once

#include <filesystem>
#include <string>

namespace tessera {

/// Throws that one can't do `action` ("create a file"), since `error`, an errno, says why: InputError with
/// `fix` where path or permissions are wrong, MachineError where the disk is full or fails.
[[noreturn]] void throw_file_error(const std::string& action, const std::filesystem::path& path, int error,
                                   const std::string& fix);

}  // namespace tessera
