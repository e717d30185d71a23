// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * See streams.h. What has to be said (opened, credit, close) is a flag of its stream
 * until the link takes it: nothing is lost when the control class is full, and order
 * within a stream holds, because data goes only while no flag is set.
 */
#include <pigtail/streams.h>

#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

/* Of a message of bytes: its own, and one of a field, or two of 512 bytes. */
#define DATA_HEADERS (PTL_CONTROL_HEADER + 2 * PTL_FIELD_HEADER)

void ptl_streams_init(struct ptl_streams *streams, enum ptl_role role, uint32_t window,
		      const struct ptl_stream_events *events, struct ptl_share *share)
{
	memset(streams, 0, sizeof(*streams));
	streams->events = *events;
	streams->role = role;
	streams->window = window;
	streams->share = share;
}

static bool send(struct ptl_streams *streams, const struct ptl_control_writer *message)
{
	return ptl_control_end(message) &&
	       streams->events.send(streams->events.user, message->bytes, message->n);
}

/* ---- what the owner asks for ---- */

int ptl_stream_open(struct ptl_streams *streams, const char *name, const void *argument,
		    size_t n)
{
	struct ptl_control_writer message;

	for (unsigned i = streams->role == PTL_HOST ? 0 : 1; i < PTL_STREAMS; i += 2) {
		struct ptl_stream *stream = &streams->stream[i];

		if (stream->state != PTL_STREAM_CLOSED || stream->say_close)
			continue;
		ptl_control_begin(&message, PTL_M_STREAM_OPEN, 0, (uint8_t)i);
		ptl_put_bytes(&message, PTL_F_NAME, name, strlen(name));
		ptl_put_uint(&message, PTL_F_CREDIT, streams->window);
		if (n > 0)
			ptl_put_bytes(&message, PTL_F_ARGUMENT, argument, n);
		if (!send(streams, &message))
			return -1;
		*stream = (struct ptl_stream){.state = PTL_STREAM_OPENING,
					      .granted = streams->window};
		return (int)i;
	}
	return -1;
}

static bool owes_words(const struct ptl_stream *stream)
{
	return stream->say_opened || stream->say_close;
}

size_t ptl_stream_write(struct ptl_streams *streams, ptl_time now, unsigned number,
			const uint8_t *bytes, size_t n)
{
	struct ptl_control_writer message;
	struct ptl_stream *stream;
	size_t most = ptl_share_message(streams->share) - DATA_HEADERS;

	if (number >= PTL_STREAMS || n == 0)
		return 0;
	stream = &streams->stream[number];
	if (stream->state != PTL_STREAM_OPEN)
		return 0;
	stream->wants_room = true;
	if (stream->credit == 0 || !ptl_share_free(streams->share, now) || owes_words(stream))
		return 0;
	if (n > most)
		n = most;
	if (n > stream->credit)
		n = stream->credit;
	ptl_control_begin(&message, PTL_M_STREAM_DATA, 0, (uint8_t)number);
	if (n > ptl_put_room(&message))
		n = ptl_put_room(&message);
	ptl_put_bytes(&message, PTL_F_DATA, bytes, n);
	if (!send(streams, &message))
		return 0;
	stream->credit -= (uint32_t)n;
	ptl_share_book(streams->share, now, message.n + PTL_FRAME_OVERHEAD);
	stream->wants_room = false;
	return n;
}

void ptl_stream_took(struct ptl_streams *streams, unsigned number, size_t n)
{
	if (number < PTL_STREAMS)
		streams->stream[number].owed += (uint32_t)n;
}

void ptl_stream_close(struct ptl_streams *streams, unsigned number, enum ptl_status status,
		      const char *text)
{
	struct ptl_stream *stream;

	if (number >= PTL_STREAMS)
		return;
	stream = &streams->stream[number];
	if (stream->state == PTL_STREAM_CLOSED || stream->state == PTL_STREAM_CLOSING)
		return;
	stream->state =
		stream->state == PTL_STREAM_ENDED ? PTL_STREAM_CLOSED : PTL_STREAM_CLOSING;
	stream->say_close = true;
	stream->status = status;
	stream->text = text;
}

/* ---- what the peer says ---- */

static void take_open(struct ptl_streams *streams, unsigned number,
		      const struct ptl_control *message)
{
	struct ptl_stream *stream = &streams->stream[number];
	bool ours = (number & 1) == (streams->role == PTL_HOST ? 0 : 1);
	size_t name_n, argument_n;
	const uint8_t *name = ptl_control_bytes(message, PTL_F_NAME, &name_n);
	const uint8_t *argument = ptl_control_bytes(message, PTL_F_ARGUMENT, &argument_n);
	enum ptl_status status = PTL_STATUS_NO_SUCH;

	if (ours || stream->state != PTL_STREAM_CLOSED || stream->say_close) {
		streams->unexpected++;
		return;
	}
	*stream = (struct ptl_stream){
		.state = PTL_STREAM_OPEN,
		.credit = (uint32_t)ptl_control_uint(message, PTL_F_CREDIT, 0),
		.granted = streams->window,
		.say_opened = true,
		.wants_room = true,
	};
	if (streams->events.open)
		status = streams->events.open(streams->events.user, number, name, name_n,
					      argument, argument_n);
	if (status != PTL_STATUS_DONE) {
		*stream = (struct ptl_stream){
			.state = PTL_STREAM_CLOSED, .say_close = true, .status = status};
	}
}

static void take_opened(struct ptl_streams *streams, unsigned number,
			const struct ptl_control *message)
{
	struct ptl_stream *stream = &streams->stream[number];

	if (stream->state == PTL_STREAM_CLOSING)
		return; /* we changed our mind meanwhile */
	if (stream->state != PTL_STREAM_OPENING) {
		streams->unexpected++;
		return;
	}
	stream->state = PTL_STREAM_OPEN;
	stream->credit = (uint32_t)ptl_control_uint(message, PTL_F_CREDIT, 0);
	stream->wants_room = true;
	if (streams->events.opened)
		streams->events.opened(streams->events.user, number);
}

/* Tells the owner once how a stream ended. */
static void tell_closed(struct ptl_streams *streams, unsigned number, enum ptl_status status,
			const uint8_t *text, size_t n)
{
	struct ptl_stream *stream = &streams->stream[number];

	if (stream->told)
		return;
	stream->told = true;
	if (streams->events.closed)
		streams->events.closed(streams->events.user, number, status, text, n);
}

static void take_data(struct ptl_streams *streams, unsigned number,
		      const struct ptl_control *message)
{
	struct ptl_stream *stream = &streams->stream[number];
	size_t at = 0, n, whole = ptl_control_long(message, PTL_F_DATA, NULL, 0);
	const uint8_t *piece;

	if (stream->state == PTL_STREAM_CLOSING)
		return;
	if (stream->state != PTL_STREAM_OPEN) {
		streams->unexpected++;
		return;
	}
	if (whole > stream->granted) {
		streams->malformed++;
		ptl_stream_close(streams, number, PTL_STATUS_MALFORMED, "more than the credit");
		tell_closed(streams, number, PTL_STATUS_MALFORMED, NULL, 0);
		return;
	}
	stream->granted -= (uint32_t)whole;
	while (stream->state == PTL_STREAM_OPEN &&
	       (piece = ptl_control_piece(message, PTL_F_DATA, &at, &n)))
		if (n > 0 && streams->events.data)
			streams->events.data(streams->events.user, number, piece, n);
}

static void take_credit(struct ptl_streams *streams, unsigned number,
			const struct ptl_control *message)
{
	struct ptl_stream *stream = &streams->stream[number];
	uint32_t more = (uint32_t)ptl_control_uint(message, PTL_F_CREDIT, 0);

	if (stream->state == PTL_STREAM_CLOSING || stream->state == PTL_STREAM_ENDED)
		return;
	if (stream->state != PTL_STREAM_OPEN) {
		streams->unexpected++;
		return;
	}
	stream->credit =
		more > UINT32_MAX - stream->credit ? UINT32_MAX : stream->credit + more;
}

static void take_close(struct ptl_streams *streams, unsigned number,
		       const struct ptl_control *message)
{
	struct ptl_stream *stream = &streams->stream[number];
	unsigned status = (unsigned)ptl_control_uint(message, PTL_F_STATUS, 0);
	const uint8_t *text;
	size_t n;

	switch (stream->state) {
	case PTL_STREAM_CLOSED:
		return; /* our close and its refusal met on the way */
	case PTL_STREAM_ENDED:
		streams->unexpected++;
		return;
	case PTL_STREAM_OPENING:
	case PTL_STREAM_CLOSING:
		stream->state = PTL_STREAM_CLOSED;
		break;
	case PTL_STREAM_OPEN:
		stream->state = PTL_STREAM_ENDED;
		break;
	}
	text = ptl_control_bytes(message, PTL_F_TEXT, &n);
	tell_closed(streams, number, (enum ptl_status)status, text, n);
}

void ptl_streams_message(struct ptl_streams *streams, const struct ptl_control *message)
{
	unsigned number = ptl_control_interface(message);

	if (number >= PTL_STREAMS) {
		streams->unexpected++;
		return;
	}
	switch (ptl_control_type(message)) {
	case PTL_M_STREAM_OPEN:
		take_open(streams, number, message);
		break;
	case PTL_M_STREAM_OPENED:
		take_opened(streams, number, message);
		break;
	case PTL_M_STREAM_DATA:
		take_data(streams, number, message);
		break;
	case PTL_M_STREAM_CREDIT:
		take_credit(streams, number, message);
		break;
	case PTL_M_STREAM_CLOSE:
		take_close(streams, number, message);
		break;
	default:
		streams->unexpected++;
	}
}

void ptl_streams_session(struct ptl_streams *streams)
{
	bool tell[PTL_STREAMS];

	for (unsigned i = 0; i < PTL_STREAMS; i++) {
		struct ptl_stream *stream = &streams->stream[i];

		tell[i] = !stream->told && stream->state != PTL_STREAM_CLOSED;
		*stream = (struct ptl_stream){.state = PTL_STREAM_CLOSED, .told = true};
	}
	/* When all are closed: who hears of it may open some anew. */
	for (unsigned i = 0; i < PTL_STREAMS; i++)
		if (tell[i] && streams->events.closed)
			streams->events.closed(streams->events.user, i, PTL_STATUS_ABORTED,
					       NULL, 0);
}

/* ---- what is due ---- */

/* Says what is owed of one stream. false: the link has no room. */
static bool say(struct ptl_streams *streams, unsigned number)
{
	struct ptl_stream *stream = &streams->stream[number];
	struct ptl_control_writer message;

	if (stream->say_opened) {
		ptl_control_begin(&message, PTL_M_STREAM_OPENED, 0, (uint8_t)number);
		ptl_put_uint(&message, PTL_F_CREDIT, streams->window);
		if (!send(streams, &message))
			return false;
		stream->say_opened = false;
	}
	if (stream->state == PTL_STREAM_OPEN && stream->owed >= streams->window / 2) {
		ptl_control_begin(&message, PTL_M_STREAM_CREDIT, 0, (uint8_t)number);
		ptl_put_uint(&message, PTL_F_CREDIT, stream->owed);
		if (!send(streams, &message))
			return false;
		stream->granted += stream->owed;
		stream->owed = 0;
	}
	if (stream->say_close) {
		ptl_control_begin(&message, PTL_M_STREAM_CLOSE, 0, (uint8_t)number);
		ptl_put_uint(&message, PTL_F_STATUS, stream->status);
		if (stream->text)
			ptl_put_text(&message, PTL_F_TEXT, stream->text);
		if (!send(streams, &message))
			return false;
		stream->say_close = false;
	}
	return true;
}

static bool waits(const struct ptl_stream *stream)
{
	return stream->state == PTL_STREAM_OPEN && stream->wants_room && stream->credit > 0 &&
	       !owes_words(stream);
}

ptl_time ptl_streams_poll(struct ptl_streams *streams, ptl_time now)
{
	bool waiting = false;

	for (unsigned i = 0; i < PTL_STREAMS; i++)
		if (!say(streams, i))
			return PTL_NEVER;
	for (unsigned i = 0; i < PTL_STREAMS && ptl_share_free(streams->share, now); i++) {
		unsigned number = (streams->next + i) % PTL_STREAMS;

		if (!waits(&streams->stream[number]))
			continue;
		streams->next = (number + 1) % PTL_STREAMS;
		streams->stream[number].wants_room = false;
		if (streams->events.room)
			streams->events.room(streams->events.user, number);
	}
	for (unsigned i = 0; i < PTL_STREAMS; i++)
		waiting = waiting || waits(&streams->stream[i]);
	return waiting && !ptl_share_free(streams->share, now)
		       ? ptl_share_next(streams->share, now)
		       : PTL_NEVER;
}
