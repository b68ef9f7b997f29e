#ifndef ONE4ALL_CSQLITE_H
#define ONE4ALL_CSQLITE_H

#include <sqlite3.h>

#endif
