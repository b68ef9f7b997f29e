#ifndef ONE4ALL_CJANSSON_H
#define ONE4ALL_CJANSSON_H

#include <jansson.h>
#include <stdlib.h>

/* An empty buffer may come as a null pointer, which jansson does not take. */
static inline json_t *one4all_json_load(const void *text, size_t length, size_t flags, json_error_t *error) {
  return json_loadb(text ? (const char *)text : "", length, flags, error);
}
static inline json_t *one4all_json_string(const void *text, size_t length) {
  return json_stringn(text ? (const char *)text : "", length);
}

/* json_decref is inline over compiler intrinsics that do not import. */
static inline void one4all_json_decref(json_t *json) { json_decref(json); }

#endif
