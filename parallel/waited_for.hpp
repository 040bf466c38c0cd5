#pragma once

#include <cstdint>
#include <string>

namespace tessera {

/// What a wait is for, so that it can be named when it doesn't end. Only then is anything made of it.
struct WaitedFor {
  enum class Kind : std::uint8_t {
    Messages,  // or a collective
    InLayer,   // of a layer which isn't named by `what`
    Work       // that other ranks do between two such waits, and that may take longer than a step
  };
  const char* what;  // "the sum of gradients"; lives as long as the wait
  Kind kind = Kind::Messages;
};

class WaitWatch;

/// What a world of ranks notes for its waits; all its communicators have the same. A note is a plain store,
/// by the one thread that speaks to MPI.
struct WaitNotes {
  WaitWatch* watch = nullptr;               // while waits have a limit
  double longest_step_seconds = 0;          // so far
  const std::string* last_layer = nullptr;  // the one that was computed last, while it exists
};

}  // namespace tessera
