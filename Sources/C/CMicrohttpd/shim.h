#ifndef ONE4ALL_CMICROHTTPD_H
#define ONE4ALL_CMICROHTTPD_H

#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>

/* What the daemon calls back; every function gets `context` first. */
struct one4all_mhd_hooks {
  void *context;
  /* A request has come whole: `exchange` is what `begin` returned. */
  enum MHD_Result (*finish)(void *context, void *exchange, struct MHD_Connection *connection, const char *path,
                            const char *method);
  /* A request begins; the result goes to the others as `exchange`. */
  void *(*begin)(void *context);
  /* A piece of the body. */
  void (*receive)(void *context, void *exchange, const void *bytes, size_t count);
  /* The request is over, well or not. */
  void (*end)(void *context, void *exchange);
  /* A connection was accepted. */
  void (*accepted)(void *context);
  /* The library complains, in words. */
  void (*complain)(void *context, const char *text);
};

static inline enum MHD_Result one4all_mhd_access(void *cls, struct MHD_Connection *connection, const char *url,
                                                 const char *method, const char *version, const char *upload,
                                                 size_t *upload_size, void **exchange) {
  const struct one4all_mhd_hooks *hooks = (const struct one4all_mhd_hooks *)cls;
  (void)version;
  if (!*exchange) {
    *exchange = hooks->begin(hooks->context);
    return *exchange ? MHD_YES : MHD_NO;
  }
  if (*upload_size) {
    hooks->receive(hooks->context, *exchange, upload, *upload_size);
    *upload_size = 0;
    return MHD_YES;
  }
  return hooks->finish(hooks->context, *exchange, connection, url, method);
}

static inline void one4all_mhd_completed(void *cls, struct MHD_Connection *connection, void **exchange,
                                         enum MHD_RequestTerminationCode code) {
  const struct one4all_mhd_hooks *hooks = (const struct one4all_mhd_hooks *)cls;
  (void)connection;
  (void)code;
  if (*exchange) hooks->end(hooks->context, *exchange);
  *exchange = NULL;
}

static inline void one4all_mhd_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
                                          enum MHD_ConnectionNotificationCode code) {
  const struct one4all_mhd_hooks *hooks = (const struct one4all_mhd_hooks *)cls;
  (void)connection;
  (void)socket_context;
  if (code == MHD_CONNECTION_NOTIFY_STARTED) hooks->accepted(hooks->context);
}

static inline void one4all_mhd_log(void *cls, const char *format, va_list arguments) {
  const struct one4all_mhd_hooks *hooks = (const struct one4all_mhd_hooks *)cls;
  char text[512];
  vsnprintf(text, sizeof text, format, arguments);
  hooks->complain(hooks->context, text);
}

/* MHD_start_daemon is variadic. One thread a connection, so that a slow answer delays nobody else. `hooks`,
   `key` and `certificate` must outlive the daemon; the latter two are PEM texts, or both null for plain HTTP.
   The daemon takes the listening socket over. */
static inline struct MHD_Daemon *one4all_mhd_start(int listener, const struct one4all_mhd_hooks *hooks,
                                                   const char *key, const char *certificate) {
  unsigned int flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_ERROR_LOG |
                       MHD_USE_SUPPRESS_DATE_NO_CLOCK;
  void *context = (void *)hooks;
  struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)key},
                                 {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)certificate},
                                 {MHD_OPTION_END, 0, NULL}};
  struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
  if (key) flags |= MHD_USE_TLS;
  return MHD_start_daemon(flags, 0, NULL, NULL, one4all_mhd_access, context, MHD_OPTION_EXTERNAL_LOGGER,
                          one4all_mhd_log, context, MHD_OPTION_LISTEN_SOCKET, listener,
                          MHD_OPTION_NOTIFY_COMPLETED, one4all_mhd_completed, context,
                          MHD_OPTION_NOTIFY_CONNECTION, one4all_mhd_connection, context, MHD_OPTION_ARRAY,
                          key ? tls : none, MHD_OPTION_END);
}

/* Ends a connection with RST now, whatever waits to be sent: dissolving the association does that on Linux. */
static inline int one4all_mhd_reset(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *information =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  struct sockaddr nobody = {.sa_family = AF_UNSPEC};
  if (!information) return -1;
  return connect(information->connect_fd, &nobody, sizeof nobody);
}

#endif
