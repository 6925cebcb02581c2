#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "images/label_image.h"
#include "quantities/error.h"

namespace intratumor::testing {

/// The message of the InputError that reading `path` ends with; nothing else may be said on the terminal.
inline std::string message_of(const std::string& path) {
  ::testing::internal::CaptureStderr();
  ::testing::internal::CaptureStdout();
  std::string message = "(no error)";
  try {
    read_label_image(path);
  } catch (const InputError& error) {
    message = error.what();
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(message.rfind(path, 0), 0u) << message;  // names the file first
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  return message;
}

inline void expect_message(const std::string& path, const std::vector<std::string>& words) {
  const std::string message = message_of(path);
  for (const std::string& word : words)
    EXPECT_NE(message.find(word), std::string::npos) << word << ": " << message;
}

}  // namespace intratumor::testing
