/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A new firmware over the link (SPEC 8.4): the requests UPDATE_* and the stream 'update',
 * as an owner of a card's (card.h).
 *
 *	UPDATE_BEGIN   board and signature are looked at before anything is erased
 *	stream         bytes go into the slot that does not run; every PTL_UPDATE_STEP of
 *	               them the store learns how many are there for good
 *	UPDATE_END     the digest over what the flash has; then that slot is on trial
 *
 * After a session that ended, or a restart, UPDATE_BEGIN of the same image says from where
 * it goes on. The slot that runs is not touched. What was started on trial stays when a
 * session with the host has begun, or by UPDATE_CONFIRM.
 *
 * Signature and digest are looked at in steps, one a turn of the main loop, and the request
 * is answered after the last: the link is served between them. A request that comes before
 * that ends the look.
 *
 * No allocation; called from the main loop only. Erasing blocks for as long as it takes.
 */
#ifndef PIGTAIL_UPDATE_H
#define PIGTAIL_UPDATE_H

#include <pigtail/card.h>
#include <pigtail/signature.h>
#include <pigtail/slots.h>

#define PTL_UPDATE_STEP	   4096u /* bytes */
#define PTL_UPDATE_PAGE	   256u
#define PTL_UPDATE_SERVICE "update"
#define PTL_UPDATE_WINDOW  2048u /* bytes that the host may send ahead: ptl_streams_init() */

struct ptl_update_config {
	struct ptl_slots slots;
	struct ptl_streams *streams;
	struct ptl_radio_control *control; /* of the card, for answers */
	const char *board;		   /* constant */
	const uint8_t *key;		   /* the public key, PTL_IMAGE_KEY bytes, constant */
	int running; /* the slot, as ptl_slots_start() chose; PTL_NO_SLOT: started
		      * in another way, and so it can't be updated */
};

/* A request that is looked into, or whose answer finds no room. */
struct ptl_update_asked {
	uint8_t type; /* UPDATE_BEGIN or UPDATE_END; 0: none is */
	uint8_t id;
	bool decided;
	enum ptl_status status; /* when it is decided */
	const char *reason;
	struct ptl_image image; /* of UPDATE_BEGIN */
	union {
		struct ptl_signature signature; /* of UPDATE_BEGIN */
		struct ptl_look slot;		/* of UPDATE_END */
	} look;
};

struct ptl_update {
	struct ptl_update_config config;
	struct ptl_image image; /* that is being received */
	bool begun;
	int stream;  /* -1: none is open */
	uint32_t at; /* bytes of the image that are in flash */
	uint32_t n;  /* and of the page that is not full yet */
	uint8_t page[PTL_UPDATE_PAGE];
	struct ptl_update_asked asked;
};

void ptl_update_init(struct ptl_update *update, const struct ptl_update_config *config);

/* For device_card_config; update must stay. */
struct device_owner ptl_update_owner(struct ptl_update *update);

/* For ptl_stream_events: the streams are another's if there are more services. open answers
 * PTL_STATUS_NO_SUCH to a name that is not PTL_UPDATE_SERVICE. */
enum ptl_status ptl_update_open(void *update, unsigned stream, const uint8_t *name,
				size_t name_n, const uint8_t *argument, size_t argument_n);
void ptl_update_data(void *update, unsigned stream, const uint8_t *bytes, size_t n);
void ptl_update_closed(void *update, unsigned stream, enum ptl_status status,
		       const uint8_t *text, size_t n);

#endif
