// A straightforward scalar parser of passing frames: what a careful C programmer writes without any trick. The
// benchmark compares with it; the product never uses it.
#pragma once

#include <stddef.h>
#include <stdint.h>

struct one4all_c_passing {
  uint32_t number;
  char prefix[2];
  uint32_t chip;
  int64_t milliseconds;  // since 1970-01-01, the local date and time read as if it were UTC
  uint8_t antenna;
  uint32_t reads;
  char check[5];
  // Of a passing of 13 fields: EPC and four reserved fields with the `;` between them, as they stand in the frame.
  const char *more;
  size_t more_length;  // 0 in a passing of 8 fields
};

// Parses a frame without its line end. Returns 1 for a passing, 0 for anything else.
int one4all_c_parse(const char *frame, size_t length, struct one4all_c_passing *passing);

struct one4all_c_result {
  uint64_t frames;
  uint64_t accumulated;
};

// Parses every line of the bytes; lines that are no passings are skipped.
struct one4all_c_result one4all_c_parse_all(const char *bytes, size_t length);
