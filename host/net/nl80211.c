/* SPDX-License-Identifier: GPL-2.0-only */
/* See nl80211.h. A request is made, sent, and its answer waited for; the one attribute
 * that an answer is asked for is looked at when it comes. */
#include "host/net/nl80211.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>

#include <linux/nl80211.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>

#define MBM_IN_DBM 100
#define WAITING	   1

struct nl80211 {
	struct nl_sock *socket;
	int family;
	int wanted;	/* attribute of an answer */
	uint32_t value; /* it */
	bool found;
	int status; /* of a request: WAITING, 0, or a negative errno */
};

static int on_answer(struct nl_msg *message, void *user)
{
	struct nl80211 *nl80211 = user;
	struct nlattr *attribute =
		nlmsg_find_attr(nlmsg_hdr(message), GENL_HDRLEN, nl80211->wanted);

	if (attribute && nla_len(attribute) >= (int)sizeof(uint32_t)) {
		nl80211->value = nla_get_u32(attribute);
		nl80211->found = true;
	}
	return NL_OK;
}

static int on_done(struct nl_msg *message, void *user)
{
	struct nl80211 *nl80211 = user;

	(void)message;
	nl80211->status = 0;
	return NL_STOP;
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *error, void *user)
{
	struct nl80211 *nl80211 = user;

	(void)from;
	nl80211->status = error->error;
	return NL_STOP;
}

struct nl_msg *nl80211_request(struct nl80211 *nl80211, uint8_t command, const char *name)
{
	unsigned index = if_nametoindex(name);
	struct nl_msg *message = index ? nlmsg_alloc() : NULL;

	if (!message)
		return NULL;
	if (genlmsg_put(message, NL_AUTO_PORT, NL_AUTO_SEQ, nl80211->family, 0, 0, command,
			0) &&
	    nla_put_u32(message, NL80211_ATTR_IFINDEX, index) == 0)
		return message;
	nlmsg_free(message);
	errno = ENOMEM;
	return NULL;
}

/* An answer comes before the kernel's word that it is done. */
int nl80211_carry_out(struct nl80211 *nl80211, struct nl_msg *message, int put)
{
	int sent;

	if (!message)
		return -1;
	nl80211->found = false;
	nl80211->status = WAITING;
	sent = put < 0 ? put : nl_send_auto(nl80211->socket, message);
	nlmsg_free(message);
	while (sent >= 0 && nl80211->status == WAITING)
		if (nl_recvmsgs_default(nl80211->socket) < 0 && nl80211->status == WAITING)
			nl80211->status = -EIO;
	if (sent < 0)
		nl80211->status = -ENOMEM;
	errno = -nl80211->status;
	return nl80211->status < 0 ? -1 : 0;
}

static int ask(struct nl80211 *nl80211, uint8_t command, const char *name, int attribute,
	       uint32_t *value)
{
	nl80211->wanted = attribute;
	if (nl80211_carry_out(nl80211, nl80211_request(nl80211, command, name), 0) < 0)
		return -1;
	errno = ENODATA;
	*value = nl80211->value;
	return nl80211->found ? 0 : -1;
}

bool nl80211_is_wlan(struct nl80211 *nl80211, const char *name)
{
	uint32_t type;

	return ask(nl80211, NL80211_CMD_GET_INTERFACE, name, NL80211_ATTR_IFTYPE, &type) == 0;
}

int nl80211_add_ap(struct nl80211 *nl80211, const char *beside, const char *name,
		   const uint8_t mac[6])
{
	struct nl_msg *message = nl80211_request(nl80211, NL80211_CMD_NEW_INTERFACE, beside);
	int put = 0;

	if (message) {
		put = nla_put_string(message, NL80211_ATTR_IFNAME, name);
		if (!put)
			put = nla_put_u32(message, NL80211_ATTR_IFTYPE, NL80211_IFTYPE_AP);
		if (!put)
			put = nla_put(message, NL80211_ATTR_MAC, 6, mac);
	}
	return nl80211_carry_out(nl80211, message, put);
}

int nl80211_remove(struct nl80211 *nl80211, const char *name)
{
	return nl80211_carry_out(nl80211,
				 nl80211_request(nl80211, NL80211_CMD_DEL_INTERFACE, name), 0);
}

int nl80211_set_power_save(struct nl80211 *nl80211, const char *name, bool on)
{
	struct nl_msg *message = nl80211_request(nl80211, NL80211_CMD_SET_POWER_SAVE, name);
	int put = message ? nla_put_u32(message, NL80211_ATTR_PS_STATE,
					on ? NL80211_PS_ENABLED : NL80211_PS_DISABLED)
			  : 0;

	return nl80211_carry_out(nl80211, message, put);
}

int nl80211_get_power_save(struct nl80211 *nl80211, const char *name, bool *on)
{
	uint32_t value;

	if (ask(nl80211, NL80211_CMD_GET_POWER_SAVE, name, NL80211_ATTR_PS_STATE, &value) < 0)
		return -1;
	*on = value == NL80211_PS_ENABLED;
	return 0;
}

int nl80211_set_tx_power(struct nl80211 *nl80211, const char *name, int dbm)
{
	struct nl_msg *message = nl80211_request(nl80211, NL80211_CMD_SET_WIPHY, name);
	int put = 0;

	if (message) {
		put = nla_put_u32(message, NL80211_ATTR_WIPHY_TX_POWER_SETTING,
				  NL80211_TX_POWER_LIMITED);
		if (!put)
			put = nla_put_u32(message, NL80211_ATTR_WIPHY_TX_POWER_LEVEL,
					  (uint32_t)(dbm * MBM_IN_DBM));
	}
	return nl80211_carry_out(nl80211, message, put);
}

int nl80211_get_tx_power(struct nl80211 *nl80211, const char *name, int *dbm)
{
	uint32_t value;

	if (ask(nl80211, NL80211_CMD_GET_INTERFACE, name, NL80211_ATTR_WIPHY_TX_POWER_LEVEL,
		&value) < 0)
		return -1;
	*dbm = (int32_t)value / MBM_IN_DBM;
	return 0;
}

struct nl80211 *nl80211_open(void)
{
	struct nl80211 *nl80211 = calloc(1, sizeof(*nl80211));

	if (!nl80211)
		return NULL;
	nl80211->socket = nl_socket_alloc();
	if (!nl80211->socket || genl_connect(nl80211->socket) < 0)
		goto bad;
	nl80211->family = genl_ctrl_resolve(nl80211->socket, NL80211_GENL_NAME);
	if (nl80211->family < 0) {
		nl80211_close(nl80211);
		errno = ENODEV;
		return NULL;
	}
	nl_socket_modify_cb(nl80211->socket, NL_CB_VALID, NL_CB_CUSTOM, on_answer, nl80211);
	nl_socket_modify_cb(nl80211->socket, NL_CB_ACK, NL_CB_CUSTOM, on_done, nl80211);
	nl_socket_modify_err_cb(nl80211->socket, NL_CB_CUSTOM, on_error, nl80211);
	return nl80211;

bad:
	nl80211_close(nl80211);
	errno = ENOMEM;
	return NULL;
}

void nl80211_close(struct nl80211 *nl80211)
{
	if (!nl80211)
		return;
	nl_socket_free(nl80211->socket);
	free(nl80211);
}
