#ifndef ONE4ALL_CSYSTEMD_H
#define ONE4ALL_CSYSTEMD_H

#include <sys/uio.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>

#endif
