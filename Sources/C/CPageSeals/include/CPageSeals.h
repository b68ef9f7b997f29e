#ifndef ONE4ALL_CPAGESEALS_H
#define ONE4ALL_CPAGESEALS_H

#include <stdint.h>

/* Pages of a sealed database: so many bytes, of which the last ones hold the seal. */
#define ONE4ALL_PAGE_SIZE 4096
#define ONE4ALL_SEAL_SIZE 8

/* Name of the VFS that seals every page of a database that it writes, and refuses every page whose seal is broken as
   SQLITE_CORRUPT. Databases that were made without seals are left as they are, and so are logs, journals and temporary
   files. */
#define ONE4ALL_SEALING_VFS "one4all-sealing"

/* With `sqlite3_file_control` and an int: whether the pages of a database of that VFS are sealed. */
#define ONE4ALL_IS_SEALED 1398096980

/* Makes that VFS known, on top of the system's own. To be called once, before it is used. Returns an SQLite result code. */
int one4all_register_sealing_vfs(void);

/* The seal that a page of that number (from 1) has, whatever stands in its last 8 bytes. */
uint64_t one4all_page_seal(const uint8_t *page, uint32_t number);

/* Whether a page's seal is whole. */
int one4all_page_is_sealed(const uint8_t *page, uint32_t number);

/* Puts a page's seal in its last 8 bytes. */
void one4all_seal_page(uint8_t *page, uint32_t number);

#endif
