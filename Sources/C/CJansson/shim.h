#ifndef ONE4ALL_CJANSSON_H
#define ONE4ALL_CJANSSON_H

#include <jansson.h>

#endif
