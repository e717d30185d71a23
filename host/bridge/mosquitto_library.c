/* SPDX-License-Identifier: GPL-2.0-only */
/* Its functions by name, all or none. */
#include "host/bridge/mosquitto_library.h"

#include "host/base/log.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>

#define FILE_NAME "libmosquitto.so.1"

static struct mosquitto_library library;

/* A pointer to a function is put there as dlsym(3) wants it. */
static bool find(void *handle, const char *name, void *function)
{
	void *found = dlsym(handle, name);

	memcpy(function, &found, sizeof(found));
	return found;
}

const struct mosquitto_library *mosquitto_library(char *error, size_t error_size)
{
	void *handle = dlopen(FILE_NAME, RTLD_NOW | RTLD_LOCAL);
	bool whole = handle;

	if (!handle) {
		(void)complain(error, error_size, "--mqtt: %s; install libmosquitto",
			       dlerror());
		return NULL;
	}
#define ROW(name) whole = whole && find(handle, "mosquitto_" #name, &library.name);
	MOSQUITTO_FUNCTIONS(ROW)
#undef ROW
	if (!whole) {
		(void)complain(error, error_size, "--mqtt: %s", dlerror());
		return NULL;
	}
	return &library;
}
