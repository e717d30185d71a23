/* SPDX-License-Identifier: GPL-2.0-only */
/* What a bridge on a device has for TLS, made by us: a key, a certificate, and the seed of
 * its chance, in its flash's store (pigtail/bridge_settings.h). */
#ifndef PIGTAIL_HOST_PROVISION_IDENTITY_H
#define PIGTAIL_HOST_PROVISION_IDENTITY_H

#include <pigtail/store.h>

/* One that is there stays. -1: the store is full, or a library fails. */
int provision_identity_put(struct ptl_store *store);

#endif
