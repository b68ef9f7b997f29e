#include "CScalarParser.h"

#include <string.h>

static int is_digit(char c) { return c >= '0' && c <= '9'; }

static int is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

// Exactly `count` digits.
static int digits(const char *text, int count, unsigned *value) {
  unsigned sum = 0;
  for (int i = 0; i < count; i++) {
    if (!is_digit(text[i])) return 0;
    sum = sum * 10 + (unsigned)(text[i] - '0');
  }
  *value = sum;
  return 1;
}

// One to ten digits up to a `;`, no leading zeros, at most 32 bits. Returns what stands behind the `;`, or NULL.
static const char *number(const char *text, const char *end, uint32_t *value) {
  const char *start = text;
  uint64_t sum = 0;
  while (text < end && is_digit(*text)) {
    if (text - start == 10) return NULL;
    sum = sum * 10 + (uint64_t)(*text - '0');
    text++;
  }
  if (text == start || text == end || *text != ';') return NULL;
  if (*start == '0' && text - start > 1) return NULL;
  if (sum > UINT32_MAX) return NULL;
  *value = (uint32_t)sum;
  return text + 1;
}

static int is_leap(unsigned year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

static const unsigned char days_in_month[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
static const unsigned short days_before_month[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};

static int date(const char *text, int64_t *days) {
  unsigned year, month, day;
  if (!digits(text, 4, &year) || text[4] != '-') return 0;
  if (!digits(text + 5, 2, &month) || text[7] != '-') return 0;
  if (!digits(text + 8, 2, &day)) return 0;
  if (year < 1 || month < 1 || month > 12 || day < 1) return 0;
  unsigned last = days_in_month[month - 1];
  if (month == 2 && is_leap(year)) last++;
  if (day > last) return 0;
  unsigned before = year - 1;
  int64_t sum = (int64_t)before * 365 + before / 4 - before / 100 + before / 400;
  sum += days_before_month[month - 1] + day - 1;
  if (month > 2 && is_leap(year)) sum++;
  *days = sum - 719162;
  return 1;
}

static int time_of_day(const char *text, int64_t *milliseconds) {
  unsigned hour, minute, second, millisecond;
  if (!digits(text, 2, &hour) || text[2] != ':') return 0;
  if (!digits(text + 3, 2, &minute) || text[5] != ':') return 0;
  if (!digits(text + 6, 2, &second) || text[8] != '.') return 0;
  if (!digits(text + 9, 3, &millisecond)) return 0;
  if (hour > 23 || minute > 59 || second > 59) return 0;
  *milliseconds = ((int64_t)(hour * 60 + minute) * 60 + second) * 1000 + millisecond;
  return 1;
}

// EPC without blanks, then four reserved fields, each ended by a `;`. Returns what stands behind the last one, or NULL.
static const char *more_fields(const char *text, const char *end, struct one4all_c_passing *passing) {
  passing->more = text;
  for (int field = 0; field < 5; field++) {
    while (text < end && *text != ';') {
      if (*text < (field == 0 ? '!' : ' ') || *text > '~') return NULL;
      text++;
    }
    if (text == end) return NULL;
    text++;
  }
  passing->more_length = (size_t)(text - 1 - passing->more);
  return text;
}

int one4all_c_parse(const char *frame, size_t length, struct one4all_c_passing *passing) {
  const char *end = frame + length;
  const char *text = number(frame, end, &passing->number);
  if (text == NULL || passing->number == 0) return 0;
  // What follows has fixed widths up to the reads; the shortest rest is `r;ccccc`.
  if (end - text < 35 + 7) return 0;
  if (!is_letter(text[0]) || !is_letter(text[1]) || text[2] != ';') return 0;
  passing->prefix[0] = text[0];
  passing->prefix[1] = text[1];
  if (!digits(text + 3, 5, &passing->chip) || text[8] != ';') return 0;
  int64_t days, milliseconds;
  if (!date(text + 9, &days) || text[19] != ';') return 0;
  if (!time_of_day(text + 20, &milliseconds) || text[32] != ';') return 0;
  passing->milliseconds = days * 86400000 + milliseconds;
  if (text[33] < '1' || text[33] > '8' || text[34] != ';') return 0;
  passing->antenna = (uint8_t)(text[33] - '0');
  text = number(text + 35, end, &passing->reads);
  if (text == NULL) return 0;
  passing->more_length = 0;
  if (end - text != 5) {
    text = more_fields(text, end, passing);
    if (text == NULL || end - text != 5) return 0;
  }
  for (int i = 0; i < 5; i++) {
    if (text[i] <= ' ' || text[i] > '~' || text[i] == ';') return 0;
    passing->check[i] = text[i];
  }
  // A frame that was cut in front of its check, and the greeting of a reader that restarts.
  return memcmp(passing->check, "HELLO", 5) != 0;
}

// The check as a hexadecimal number; 0 when it is none.
static uint32_t hexadecimal(const char check[5]) {
  uint32_t value = 0;
  for (int i = 0; i < 5; i++) {
    char c = check[i];
    if (is_digit(c)) {
      value = value * 16 + (uint32_t)(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      value = value * 16 + (uint32_t)(c - 'a' + 10);
    } else if (c >= 'A' && c <= 'F') {
      value = value * 16 + (uint32_t)(c - 'A' + 10);
    } else {
      return 0;
    }
  }
  return value;
}

// The first 40 bytes as words of eight, the first byte lowest, XORed.
static uint64_t folded(const char *text, size_t length) {
  uint64_t sum = 0;
  if (length > 40) length = 40;
  while (length >= 8) {
    uint64_t word;
    memcpy(&word, text, 8);
    sum ^= word;
    text += 8;
    length -= 8;
  }
  for (size_t i = 0; i < length; i++) sum ^= (uint64_t)(unsigned char)text[i] << (8 * i);
  return sum;
}

struct one4all_c_result one4all_c_parse_all(const char *bytes, size_t length) {
  struct one4all_c_result result = {0, 0};
  const char *line = bytes, *end = bytes + length;
  while (line < end) {
    const char *feed = memchr(line, '\n', (size_t)(end - line));
    const char *line_end = feed ? feed : end;
    size_t line_length = (size_t)(line_end - line);
    if (line_length > 0 && line[line_length - 1] == '\r') line_length--;
    struct one4all_c_passing passing;
    if (one4all_c_parse(line, line_length, &passing)) {
      result.frames++;
      result.accumulated += (uint64_t)passing.milliseconds ^ passing.chip ^ passing.number ^ passing.antenna
                            ^ passing.reads ^ hexadecimal(passing.check) ^ folded(passing.more, passing.more_length);
    }
    line = line_end + 1;
  }
  return result;
}
