#ifndef ONE4ALL_CSQLITE_H
#define ONE4ALL_CSQLITE_H

#include <sqlite3.h>

/* SQLITE_TRANSIENT is a cast that does not import; the text is copied. */
static inline int one4all_sqlite_bind_text(sqlite3_stmt *statement, int place, const char *text, int length) {
  return sqlite3_bind_text(statement, place, text, length, SQLITE_TRANSIENT);
}

/* sqlite3_db_config is variadic, which does not import. */
static inline int one4all_sqlite_keep_log_on_close(sqlite3 *connection, int keep) {
  return sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep, (int *)0);
}

/* What stands in the file is not trusted: no functions from its schema but harmless ones, no writing past SQL. */
static inline void one4all_sqlite_harden(sqlite3 *connection) {
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)0);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)0);
}

#endif
