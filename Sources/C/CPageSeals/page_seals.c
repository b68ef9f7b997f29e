#include "CPageSeals.h"

#include <string.h>

/* Against damage, not against forgery: every changed bit changes the seal, and a page in the place of another one, or of
   zeros, has a wrong one. Little-endian, so that a disk can be carried to another machine. */

static uint64_t word(const uint8_t *bytes) {
  uint64_t value;
  memcpy(&value, bytes, sizeof value);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  value = __builtin_bswap64(value);
#endif
  return value;
}

static uint64_t mixed(uint64_t value) {
  value ^= value >> 32;
  value *= 0xD6E8FEB86659FD93u;
  value ^= value >> 29;
  return value;
}

uint64_t one4all_page_seal(const uint8_t *page, uint32_t number) {
  /* Four lanes, so that the multiplications do not wait for each other. */
  uint64_t lanes[4] = {0x8AED2A6ABF715880u ^ number, 0x9CF4F3C762E7160Fu, 0xB7E151628AED2A6Bu, 0xC2B2AE3D27D4EB4Fu};
  const int words = (ONE4ALL_PAGE_SIZE - ONE4ALL_SEAL_SIZE) / 8;
  for (int place = 0; place < words; place++) {
    uint64_t *lane = &lanes[place & 3];
    *lane = (*lane ^ word(page + place * 8)) * 0x9E3779B97F4A7C15u;
    *lane ^= *lane >> 32;
  }
  return mixed(mixed(mixed(mixed(lanes[0]) ^ lanes[1]) ^ lanes[2]) ^ lanes[3]);
}

int one4all_page_is_sealed(const uint8_t *page, uint32_t number) {
  return word(page + ONE4ALL_PAGE_SIZE - ONE4ALL_SEAL_SIZE) == one4all_page_seal(page, number);
}

void one4all_seal_page(uint8_t *page, uint32_t number) {
  uint64_t seal = one4all_page_seal(page, number);
  for (int index = 0; index < ONE4ALL_SEAL_SIZE; index++) {
    page[ONE4ALL_PAGE_SIZE - ONE4ALL_SEAL_SIZE + index] = (uint8_t)(seal >> (8 * index));
  }
}
