#include "CPageSeals.h"

#include <sqlite3.h>
#include <string.h>

/* A file of the VFS; the system's own stands behind it in the same memory. */
typedef struct {
  sqlite3_file base;
  /* Whether it is a database whose pages are sealed. */
  int is_sealed;
} SealingFile;

static sqlite3_file *below(sqlite3_file *file) { return (sqlite3_file *)((SealingFile *)file + 1); }

static sqlite3_vfs *system_vfs(sqlite3_vfs *vfs) { return (sqlite3_vfs *)vfs->pAppData; }

static int is_page(sqlite3_int64 offset, int count) {
  return count == ONE4ALL_PAGE_SIZE && offset >= 0 && offset % ONE4ALL_PAGE_SIZE == 0;
}

static uint32_t page_number(sqlite3_int64 offset) { return (uint32_t)(offset / ONE4ALL_PAGE_SIZE + 1); }

static int close_file(sqlite3_file *file) { return below(file)->pMethods->xClose(below(file)); }

static int read_file(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
  int result = below(file)->pMethods->xRead(below(file), bytes, count, offset);
  if (!((SealingFile *)file)->is_sealed) return result;
  if (!is_page(offset, count)) return result;
  /* Behind the end of the file SQLite would read zeros. An empty file is a new database. */
  if (result == SQLITE_IOERR_SHORT_READ && offset > 0) return SQLITE_CORRUPT;
  if (result != SQLITE_OK) return result;
  return one4all_page_is_sealed(bytes, page_number(offset)) ? SQLITE_OK : SQLITE_CORRUPT;
}

static int write_file(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
  uint8_t page[ONE4ALL_PAGE_SIZE];
  if (!((SealingFile *)file)->is_sealed) return below(file)->pMethods->xWrite(below(file), bytes, count, offset);
  /* Anything else would leave a page without its seal. */
  if (!is_page(offset, count)) return SQLITE_IOERR_WRITE;
  memcpy(page, bytes, sizeof page);
  one4all_seal_page(page, page_number(offset));
  return below(file)->pMethods->xWrite(below(file), page, count, offset);
}

static int truncate_file(sqlite3_file *file, sqlite3_int64 size) {
  return below(file)->pMethods->xTruncate(below(file), size);
}
static int sync_file(sqlite3_file *file, int flags) { return below(file)->pMethods->xSync(below(file), flags); }
static int file_size(sqlite3_file *file, sqlite3_int64 *size) {
  return below(file)->pMethods->xFileSize(below(file), size);
}
static int lock_file(sqlite3_file *file, int lock) { return below(file)->pMethods->xLock(below(file), lock); }
static int unlock_file(sqlite3_file *file, int lock) { return below(file)->pMethods->xUnlock(below(file), lock); }
static int check_reserved_lock(sqlite3_file *file, int *result) {
  return below(file)->pMethods->xCheckReservedLock(below(file), result);
}
static int file_control(sqlite3_file *file, int operation, void *argument) {
  if (operation == ONE4ALL_IS_SEALED) {
    *(int *)argument = ((SealingFile *)file)->is_sealed;
    return SQLITE_OK;
  }
  return below(file)->pMethods->xFileControl(below(file), operation, argument);
}
static int sector_size(sqlite3_file *file) { return below(file)->pMethods->xSectorSize(below(file)); }
static int device_characteristics(sqlite3_file *file) {
  return below(file)->pMethods->xDeviceCharacteristics(below(file));
}
static int map_shared_memory(sqlite3_file *file, int region, int size, int extend, void volatile **memory) {
  return below(file)->pMethods->xShmMap(below(file), region, size, extend, memory);
}
static int lock_shared_memory(sqlite3_file *file, int offset, int count, int flags) {
  return below(file)->pMethods->xShmLock(below(file), offset, count, flags);
}
static void shared_memory_barrier(sqlite3_file *file) { below(file)->pMethods->xShmBarrier(below(file)); }
static int unmap_shared_memory(sqlite3_file *file, int removes) {
  return below(file)->pMethods->xShmUnmap(below(file), removes);
}

/* Version 2: pages are never mapped, so that each is read through `read_file`. */
static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = file_size,
    .xLock = lock_file,
    .xUnlock = unlock_file,
    .xCheckReservedLock = check_reserved_lock,
    .xFileControl = file_control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = device_characteristics,
    .xShmMap = map_shared_memory,
    .xShmLock = lock_shared_memory,
    .xShmBarrier = shared_memory_barrier,
    .xShmUnmap = unmap_shared_memory,
};

/* A new database has, and one whose header leaves room for them. Read through SQLite's own descriptor: to close another
   one would let go of its locks. */
static int has_seals(sqlite3_file *file) {
  uint8_t header[100];
  return file->pMethods->xRead(file, header, sizeof header, 0) != SQLITE_OK || header[20] != 0;
}

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *opened) {
  SealingFile *sealing = (SealingFile *)file;
  sealing->base.pMethods = 0;
  sealing->is_sealed = 0;
  memset(below(file), 0, (size_t)system_vfs(vfs)->szOsFile);
  int result = system_vfs(vfs)->xOpen(system_vfs(vfs), name, below(file), flags, opened);
  /* Those of a file that could not be opened may have to be closed, too. */
  if (below(file)->pMethods) sealing->base.pMethods = &methods;
  if (result == SQLITE_OK && (flags & SQLITE_OPEN_MAIN_DB)) sealing->is_sealed = has_seals(below(file));
  return result;
}

static int delete_file(sqlite3_vfs *vfs, const char *name, int syncs) {
  return system_vfs(vfs)->xDelete(system_vfs(vfs), name, syncs);
}
static int access_file(sqlite3_vfs *vfs, const char *name, int flags, int *result) {
  return system_vfs(vfs)->xAccess(system_vfs(vfs), name, flags, result);
}
static int full_name(sqlite3_vfs *vfs, const char *name, int size, char *result) {
  return system_vfs(vfs)->xFullPathname(system_vfs(vfs), name, size, result);
}
static int random_bytes(sqlite3_vfs *vfs, int size, char *bytes) {
  return system_vfs(vfs)->xRandomness(system_vfs(vfs), size, bytes);
}
static int sleep_microseconds(sqlite3_vfs *vfs, int microseconds) {
  return system_vfs(vfs)->xSleep(system_vfs(vfs), microseconds);
}
static int julian_day(sqlite3_vfs *vfs, double *day) {
  return system_vfs(vfs)->xCurrentTime(system_vfs(vfs), day);
}
static int last_error(sqlite3_vfs *vfs, int size, char *text) {
  return system_vfs(vfs)->xGetLastError(system_vfs(vfs), size, text);
}
static int julian_milliseconds(sqlite3_vfs *vfs, sqlite3_int64 *time) {
  return system_vfs(vfs)->xCurrentTimeInt64(system_vfs(vfs), time);
}

int one4all_register_sealing_vfs(void) {
  static sqlite3_vfs vfs = {
      .iVersion = 2,
      .zName = ONE4ALL_SEALING_VFS,
      .xOpen = open_file,
      .xDelete = delete_file,
      .xAccess = access_file,
      .xFullPathname = full_name,
      .xRandomness = random_bytes,
      .xSleep = sleep_microseconds,
      .xCurrentTime = julian_day,
      .xGetLastError = last_error,
      .xCurrentTimeInt64 = julian_milliseconds,
  };
  sqlite3_vfs *system = sqlite3_vfs_find(0);
  if (!system || system->iVersion < 2) return SQLITE_ERROR;
  vfs.szOsFile = (int)sizeof(SealingFile) + system->szOsFile;
  vfs.mxPathname = system->mxPathname;
  vfs.pAppData = system;
  return sqlite3_vfs_register(&vfs, 0);
}
