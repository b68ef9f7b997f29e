#ifndef ONE4ALL_CINIH_H
#define ONE4ALL_CINIH_H

#include <ini.h>

#endif
