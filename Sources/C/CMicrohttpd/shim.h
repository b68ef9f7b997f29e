#ifndef ONE4ALL_CMICROHTTPD_H
#define ONE4ALL_CMICROHTTPD_H

#include <microhttpd.h>

#endif
