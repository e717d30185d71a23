/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The module _webrepl, on which webrepl.py (modules/) stands: the clients of WebREPL, of whom
 * one has the terminal. It is one of os.dupterm(), as on MicroPython's own ports; the next to
 * say the password takes its place.
 *
 * All is looked at each few milliseconds between two instructions of whatever script runs, so
 * Ctrl-C comes through any loop. Those without the password are two at most, for a minute
 * at most. The next waits in the listener's queue, where it costs no memory of the heap, until
 * there is room: whoever does nothing for a few seconds goes; so it is for who has no place in
 * memory. Wrong passwords make the next wait.
 */
#include "py/mperrno.h"
#include "py/runtime.h"
#include "py/stream.h"

#include "chance.h"
#include "script.h"
#include "terminal.h"
#include "tls_memory.h"
#include "webrepl.h"
#include "webrepl_client.h"
#include "webrepl_password.h"

#include <string.h>

#define CLIENTS	   3
#define STRANGERS  (CLIENTS - 1) /* without the terminal; each takes 25 KB over TLS */
#define LOOK_US	   5000u
#define TURN_US	   5000000u /* undisturbed, while others wait */
#define MUTE_US	   1000000u /* of that, to begin: browsers connect to have a connection */
#define MEMORY_US  200000u  /* until it is tried again to find some */
#define WRONG_US   1000000u
#define WRONGS_MAX 10u

static struct {
	bool asked, listening;
	bool owes;	  /* one that was accepted found no memory, */
	ptl_time pays_at; /* and is tried again then */
	ptl_time looked;
	unsigned wrong; /* passwords, one after the other */
	ptl_time judge_at;
	char kept[WEBREPL_KEPT + 1];
} webrepl;

/* The listener and who accepts; then the clients. */
MP_REGISTER_ROOT_POINTER(mp_obj_t webrepl_listener);
MP_REGISTER_ROOT_POINTER(mp_obj_t webrepl_accept);
MP_REGISTER_ROOT_POINTER(mp_obj_t webrepl_clients[3]);

static const mp_obj_type_t client_type;

static struct webrepl_client *client_at(unsigned i)
{
	mp_obj_t client = MP_STATE_VM(webrepl_clients)[i];

	return client == MP_OBJ_NULL ? NULL : MP_OBJ_TO_PTR(client);
}

static void wait(void)
{
	script_wait(1);
}

/* ---- the terminal ---- */

/* Its place among those of os.dupterm(); NULL: it has none. */
static mp_obj_t *place_of(const struct webrepl_client *client)
{
	for (unsigned i = 0; i < MICROPY_PY_OS_DUPTERM; i++)
		if (MP_STATE_VM(dupterm_objs[i]) == MP_OBJ_FROM_PTR(client))
			return &MP_STATE_VM(dupterm_objs[i]);
	return NULL;
}

static void let_go(struct webrepl_client *client)
{
	mp_obj_t *place = place_of(client);

	if (place)
		*place = MP_OBJ_NULL;
}

static mp_obj_t *free_place(void)
{
	for (unsigned i = 0; i < MICROPY_PY_OS_DUPTERM; i++)
		if (MP_STATE_VM(dupterm_objs[i]) == MP_OBJ_NULL)
			return &MP_STATE_VM(dupterm_objs[i]);
	return NULL;
}

static void enter(struct webrepl_client *client, ptl_time now)
{
	mp_obj_t *place;

	for (unsigned i = 0; i < CLIENTS; i++) {
		struct webrepl_client *other = client_at(i);

		if (other && place_of(other)) {
			let_go(other);
			webrepl_client_close(other, now, "\r\nanother client has the REPL\r\n");
		}
	}
	webrepl_client_enter(client, now);
	place = free_place();
	if (place)
		*place = MP_OBJ_FROM_PTR(client);
	else
		webrepl_client_close(client, now, "\r\nos.dupterm() is taken\r\n");
}

static void judge(struct webrepl_client *client, ptl_time now)
{
	if (now < webrepl.judge_at)
		return;
	if (webrepl_password_is(webrepl.kept, client->password, client->password_n)) {
		webrepl.wrong = 0;
		enter(client, script_now());
		return;
	}
	webrepl.wrong += webrepl.wrong < WRONGS_MAX;
	webrepl.judge_at = script_now() + webrepl.wrong * WRONG_US;
	webrepl_client_deny(client, script_now());
}

static mp_uint_t client_read(mp_obj_t self, void *to, mp_uint_t n, int *error)
{
	(void)self;
	(void)to;
	(void)n;
	*error = MP_EAGAIN; /* what is typed is in the terminal already */
	return MP_STREAM_ERROR;
}

static mp_uint_t client_write(mp_obj_t self, const void *bytes, mp_uint_t n, int *error)
{
	nlr_buf_t raised;

	(void)error;
	/* A socket short of memory waits where what is scheduled would run: look(), or others
	 * who print. They are not to find this client in the middle of a message. */
	mp_sched_lock();
	if (nlr_push(&raised) != 0) {
		mp_sched_unlock();
		nlr_jump(raised.ret_val);
	}
	webrepl_client_print(MP_OBJ_TO_PTR(self), bytes, n, wait);
	nlr_pop();
	mp_sched_unlock();
	return n;
}

static mp_uint_t client_ioctl(mp_obj_t self, mp_uint_t request, uintptr_t flags, int *error)
{
	struct webrepl_client *client = MP_OBJ_TO_PTR(self);

	if (request == MP_STREAM_POLL)
		return flags & MP_STREAM_POLL_WR;
	if (request == MP_STREAM_CLOSE) {
		let_go(client);
		webrepl_client_close(client, script_now(), "\r\nclosed\r\n");
		return 0;
	}
	*error = MP_EINVAL;
	return MP_STREAM_ERROR;
}

static const mp_stream_p_t client_stream = {
	.read = client_read, .write = client_write, .ioctl = client_ioctl};

static MP_DEFINE_CONST_OBJ_TYPE(client_type, MP_QSTR_client, MP_TYPE_FLAG_NONE, protocol,
				&client_stream);

/* ---- what goes on ---- */

static void end(unsigned i)
{
	struct webrepl_client *client = client_at(i);

	MP_STATE_VM(webrepl_clients)[i] = MP_OBJ_NULL;
	let_go(client);
	webrepl_client_end(client);
}

static void look_at(unsigned i)
{
	struct webrepl_client *client = client_at(i);
	nlr_buf_t raised;

	if (nlr_push(&raised) == 0) {
		webrepl_client_step(client, script_now(), terminal_type);
		if (client->state == WEBREPL_CLIENT_JUDGED)
			judge(client, script_now());
		nlr_pop();
	} else {
		client->state = WEBREPL_CLIENT_GONE;
	}
	if (client->state >= WEBREPL_CLIENT_CLOSING)
		let_go(client);
	if (client->state == WEBREPL_CLIENT_GONE)
		end(i);
}

/* Whether it was long enough where it is. */
static bool had_turn(const struct webrepl_client *client, ptl_time now)
{
	bool mute = client->state == WEBREPL_CLIENT_HEAD && client->begun;

	return now - client->since >= (mute ? MUTE_US : TURN_US);
}

/* How many are without the terminal, and which of them did nothing for longest. */
static unsigned count_strangers(unsigned *oldest)
{
	unsigned strangers = 0;

	for (unsigned i = 0; i < CLIENTS; i++) {
		struct webrepl_client *client = client_at(i);

		if (!client || place_of(client))
			continue;
		if (strangers++ == 0 || client->since < client_at(*oldest)->since)
			*oldest = i;
	}
	return strangers;
}

static bool send_away(unsigned stranger, ptl_time now)
{
	if (!had_turn(client_at(stranger), now))
		return false;
	end(stranger);
	return true;
}

static void accept_one(mp_obj_t listener, ptl_time now)
{
	unsigned oldest;
	mp_obj_t others;

	if (count_strangers(&oldest) >= STRANGERS && !send_away(oldest, now))
		return;
	others = mp_obj_new_bool(count_strangers(&oldest) > 0);
	webrepl.owes = mp_call_function_2_protected(MP_STATE_VM(webrepl_accept), listener,
						    others) == mp_const_false;
	webrepl.pays_at = now + MEMORY_US;
	if (webrepl.owes && count_strangers(&oldest) > 0)
		(void)send_away(oldest, now);
}

static void look_for_clients(void)
{
	mp_obj_t listener = MP_STATE_VM(webrepl_listener);
	const mp_stream_p_t *stream = mp_get_stream(listener);
	ptl_time now = script_now();
	int error;

	if (webrepl.owes ? now >= webrepl.pays_at
			 : stream->ioctl(listener, MP_STREAM_POLL, MP_STREAM_POLL_RD, &error) ==
				   MP_STREAM_POLL_RD)
		accept_one(listener, now);
}

static mp_obj_t look(mp_obj_t unused)
{
	(void)unused;
	webrepl.asked = false;
	if (webrepl.listening)
		look_for_clients();
	for (unsigned i = 0; i < CLIENTS; i++)
		if (client_at(i))
			look_at(i);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(look_obj, look);

static bool is_anybody(void)
{
	for (unsigned i = 0; i < CLIENTS; i++)
		if (client_at(i))
			return true;
	return webrepl.listening;
}

ptl_time webrepl_poll(ptl_time now)
{
	if (!is_anybody())
		return PTL_NEVER;
	if (!webrepl.asked && now - webrepl.looked >= LOOK_US) {
		webrepl.looked = now;
		webrepl.asked = mp_sched_schedule(MP_OBJ_FROM_PTR(&look_obj), mp_const_none);
	}
	return now + LOOK_US;
}

void webrepl_reset(void)
{
	webrepl.asked = webrepl.listening = webrepl.owes = false;
	MP_STATE_VM(webrepl_listener) = MP_STATE_VM(webrepl_accept) = MP_OBJ_NULL;
	for (unsigned i = 0; i < CLIENTS; i++)
		MP_STATE_VM(webrepl_clients)[i] = MP_OBJ_NULL;
}

/* ---- the module ---- */

/* listen(socket, accept, tls): accept(socket, others) is called when somebody is there and has
 * room. It may return False if that one should wait for one of the others to go; then it is
 * called again. */
static mp_obj_t webrepl_listen(mp_obj_t listener, mp_obj_t accept, mp_obj_t tls)
{
	mp_get_stream_raise(listener, MP_STREAM_OP_IOCTL);
	/* Whatever scripts leave where, a client can come. */
	if (mp_obj_is_true(tls))
		tls_memory_keep();
	MP_STATE_VM(webrepl_listener) = listener;
	MP_STATE_VM(webrepl_accept) = accept;
	webrepl.listening = true;
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(webrepl_listen_obj, webrepl_listen);

static unsigned free_client(void)
{
	unsigned i = 0;

	while (i < CLIENTS && client_at(i))
		i++;
	return i;
}

/* add(stream, tls): a client's, that does not block. */
static mp_obj_t webrepl_add(mp_obj_t stream, mp_obj_t tls)
{
	struct webrepl_client *client;
	unsigned i = free_client();

	mp_get_stream_raise(stream,
			    MP_STREAM_OP_READ | MP_STREAM_OP_WRITE | MP_STREAM_OP_IOCTL);
	if (i == CLIENTS)
		mp_raise_OSError(MP_EBUSY);
	client = m_new_obj(struct webrepl_client);
	memset(client, 0, sizeof(*client));
	client->base.type = &client_type;
	webrepl_client_init(client, stream, mp_obj_is_true(tls), script_now());
	MP_STATE_VM(webrepl_clients)[i] = MP_OBJ_FROM_PTR(client);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(webrepl_add_obj, webrepl_add);

/* All are gone, and nobody comes. */
static mp_obj_t webrepl_stop(void)
{
	webrepl.listening = webrepl.owes = false;
	MP_STATE_VM(webrepl_listener) = MP_STATE_VM(webrepl_accept) = MP_OBJ_NULL;
	for (unsigned i = 0; i < CLIENTS; i++)
		if (client_at(i))
			end(i);
	tls_memory_let();
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(webrepl_stop_obj, webrepl_stop);

/* hash(password): what is kept of it. */
static mp_obj_t webrepl_hash(mp_obj_t password)
{
	char kept[WEBREPL_KEPT + 1];
	size_t n;
	const char *chars = mp_obj_str_get_data(password, &n);

	if (n == 0 || n > WEBREPL_PASSWORD)
		mp_raise_ValueError(MP_ERROR_TEXT("a password has 1 to 256 bytes"));
	webrepl_password_hash(chars, n, kept);
	return mp_obj_new_str(kept, WEBREPL_KEPT);
}
static MP_DEFINE_CONST_FUN_OBJ_1(webrepl_hash_obj, webrepl_hash);

/* password(kept): of hash(). */
static mp_obj_t webrepl_password(mp_obj_t kept)
{
	size_t n;
	const char *chars = mp_obj_str_get_data(kept, &n);

	if (!webrepl_password_kept(chars, n))
		mp_raise_ValueError(MP_ERROR_TEXT("that is no hash of a password"));
	memcpy(webrepl.kept, chars, n);
	webrepl.wrong = 0;
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(webrepl_password_obj, webrepl_password);

static const mp_rom_map_elem_t webrepl_table[] = {
	{MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__webrepl)},
	{MP_ROM_QSTR(MP_QSTR_listen), MP_ROM_PTR(&webrepl_listen_obj)},
	{MP_ROM_QSTR(MP_QSTR_add), MP_ROM_PTR(&webrepl_add_obj)},
	{MP_ROM_QSTR(MP_QSTR_stop), MP_ROM_PTR(&webrepl_stop_obj)},
	{MP_ROM_QSTR(MP_QSTR_hash), MP_ROM_PTR(&webrepl_hash_obj)},
	{MP_ROM_QSTR(MP_QSTR_password), MP_ROM_PTR(&webrepl_password_obj)},
};
static MP_DEFINE_CONST_DICT(webrepl_globals, webrepl_table);

const mp_obj_module_t webrepl_module = {
	.base = {&mp_type_module},
	.globals = (mp_obj_dict_t *)&webrepl_globals,
};
MP_REGISTER_MODULE(MP_QSTR__webrepl, webrepl_module);
