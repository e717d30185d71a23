// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* See stored.h. */
#include <pigtail/stored.h>

static enum ptl_status get(const struct ptl_store *store, const char *key,
			   struct ptl_control_writer *answer, const char **reason)
{
	uint8_t value[PTL_STORE_VALUE_MAX];
	int n = ptl_store_get(store, key, value, sizeof(value));

	if (n < 0) {
		*reason = "there is no such key";
		return PTL_STATUS_NO_SUCH;
	}
	ptl_put_text(answer, PTL_F_KEY, key);
	ptl_put_bytes(answer, PTL_F_VALUE, value, (size_t)n);
	return PTL_STATUS_DONE;
}

static enum ptl_status set(struct ptl_store *store, const char *key,
			   const struct ptl_control *message, const char **reason)
{
	uint8_t value[PTL_STORE_VALUE_MAX];
	size_t n = ptl_control_long(message, PTL_F_VALUE, value, sizeof(value));

	if (n > sizeof(value)) {
		*reason = "a value has at most 255 bytes";
		return PTL_STATUS_BAD_VALUE;
	}
	if (!ptl_control_has(message, PTL_F_VALUE) ? ptl_store_remove(store, key)
						   : ptl_store_set(store, key, value, n))
		return PTL_STATUS_DONE;
	*reason = "the store is full, or the key has other characters than printable ones";
	return PTL_STATUS_NO_MEMORY;
}

static enum ptl_status on_request(void *user, const struct ptl_control *message,
				  struct ptl_control_writer *answer, const char **reason)
{
	struct ptl_store *store = user;
	char key[PTL_STORE_KEY_MAX + 1];

	ptl_control_words(message, PTL_F_KEY, key, sizeof(key));
	if (!*key) {
		*reason = "it wants a KEY";
		return PTL_STATUS_BAD_VALUE;
	}
	if (*key == '.') {
		*reason = "keys that begin with a dot are the firmware's own";
		return PTL_STATUS_DENIED;
	}
	return ptl_control_type(message) == PTL_M_GET ? get(store, key, answer, reason)
						      : set(store, key, message, reason);
}

struct device_owner ptl_store_owner(struct ptl_store *store)
{
	static const uint8_t settings[] = {PTL_F_KEY, PTL_F_VALUE, 0};

	return (struct device_owner){
		.settings = settings,
		.capabilities = PTL_CAN_STORE,
		.user = store,
		.request = on_request,
	};
}
