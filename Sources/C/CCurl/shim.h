#ifndef ONE4ALL_CCURL_H
#define ONE4ALL_CCURL_H

#include <curl/curl.h>

#endif
