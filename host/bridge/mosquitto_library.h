/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libmosquitto, loaded when it is wanted: with it comes OpenSSL, which writes to 460 kB as it
 * is loaded, and only --mqtt has a use for either.
 */
#ifndef PIGTAIL_HOST_BRIDGE_MOSQUITTO_LIBRARY_H
#define PIGTAIL_HOST_BRIDGE_MOSQUITTO_LIBRARY_H

#include <mosquitto.h>
#include <stddef.h>

/* What is used of it: mosquitto_NAME(). */
#define MOSQUITTO_FUNCTIONS(ROW)                                                               \
	ROW(connack_string)                                                                    \
	ROW(connect_async)                                                                     \
	ROW(connect_callback_set)                                                              \
	ROW(destroy)                                                                           \
	ROW(disconnect)                                                                        \
	ROW(disconnect_callback_set)                                                           \
	ROW(lib_cleanup)                                                                       \
	ROW(lib_init)                                                                          \
	ROW(loop_misc)                                                                         \
	ROW(loop_read)                                                                         \
	ROW(loop_write)                                                                        \
	ROW(new)                                                                               \
	ROW(pub_topic_check)                                                                   \
	ROW(publish)                                                                           \
	ROW(publish_callback_set)                                                              \
	ROW(socket)                                                                            \
	ROW(strerror)                                                                          \
	ROW(tls_set)                                                                           \
	ROW(username_pw_set)                                                                   \
	ROW(want_write)

struct mosquitto_library {
#define ROW(name) __typeof__(mosquitto_##name) *name;
	MOSQUITTO_FUNCTIONS(ROW)
#undef ROW
};

/* It stays until the process ends. NULL with a line in error: it is not there, or is another
 * one. */
const struct mosquitto_library *mosquitto_library(char *error, size_t error_size);

#endif
