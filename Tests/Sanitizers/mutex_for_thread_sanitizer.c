// ThreadSanitizer sees a Swift Mutex only while nobody has to wait for it: that part is inlined into our code. Waiting and
// waking lie in libswiftSynchronization, which is not instrumented, so that what two threads did one after the other
// under a mutex would be reported as a race. scripts/sanitize links these in front of the library's functions: they do
// the same and tell ThreadSanitizer the order.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *mutex

typedef SWIFT void Lock(uint32_t thread, SELF);
typedef SWIFT bool TryLock(SELF);
typedef SWIFT void Unlock(SELF);

Lock lock_slow __asm__(LOCK);
TryLock try_lock_slow __asm__(TRY_LOCK);
Unlock unlock_slow __asm__(UNLOCK);

void __tsan_acquire(void *address);
void __tsan_release(void *address);

static void *library_function(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (found == NULL) abort();
  return found;
}

SWIFT void lock_slow(uint32_t thread, SELF) {
  Lock *lock = (Lock *)library_function(LOCK);
  lock(thread, mutex);
  __tsan_acquire(mutex);
}

SWIFT bool try_lock_slow(SELF) {
  TryLock *try_lock = (TryLock *)library_function(TRY_LOCK);
  bool locked = try_lock(mutex);
  if (locked) __tsan_acquire(mutex);
  return locked;
}

SWIFT void unlock_slow(SELF) {
  Unlock *unlock = (Unlock *)library_function(UNLOCK);
  __tsan_release(mutex);
  unlock(mutex);
}
