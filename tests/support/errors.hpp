#pragma once

#include <gtest/gtest.h>

#include <string>

#include "models/base/error.hpp"

namespace tessera {

/// What the error that `body` throws says; fails the test where it throws none.
template <class Kind, class Body>
std::string message_of(Body&& body) {
  try {
    body();
  } catch (const Kind& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

}  // namespace tessera
