#ifndef ONE4ALL_CSERIALPORT_H
#define ONE4ALL_CSERIALPORT_H

#include <libserialport.h>

#endif
