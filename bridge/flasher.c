// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 *	ENTER --> IDENTIFY --> ERASE --> WRITE --> VERIFY --> LEAVE --> DONE
 *	                   ^
 *	                   the image is checked, before anything changes
 *
 * entry.c brings the target into its boot loader; from there it is requests and answers, as
 * the dialogue of the target has them. A request is out as long as its answer is not there;
 * there is never more than one, and none is asked twice: after a loss nobody knows what the
 * flash has. But once all of it is done anew, from the reset on: boot loaders leave when they
 * hear nothing for a second, and a computer that has other work is silent for as long. What
 * is called done was read back in one conversation.
 *
 * Whatever the end, the target is reset into its program, unless its boot loader has just
 * started that.
 */
#include "flasher_state.h"

#include <string.h>

#define PATIENCE_US 3000000u

static const struct ptl_dialogue *const dialogues[] = {
	&ptl_dialogue_stk500, &ptl_dialogue_stk500v2, &ptl_dialogue_lpc,
	&ptl_dialogue_stm32,  &ptl_dialogue_esp,
};

/* ---- the image, block by block ---- */

/* The block at flash->address, as far as the image has any of it. */
static void load_block(struct ptl_flasher *flash)
{
	const struct ptl_flasher_config *config = &flash->config;
	uint64_t from = flash->address, to = from + flash->page;

	memset(flash->block, 0xff, sizeof(flash->block));
	flash->block_n = 0;
	for (size_t i = flash->segment; i < config->segments; i++) {
		uint64_t a = config->segment[i].address, b = a + config->segment[i].size;

		if (a >= to)
			break;
		a = a > from ? a : from;
		b = b < to ? b : to;
		if (a >= b)
			continue;
		config->read(config->user, (uint32_t)a, flash->block + (a - from),
			     (size_t)(b - a));
		flash->block_n += (uint32_t)(b - a);
	}
}

/* To the first block at or after an address that has anything. false: there is none. */
static bool seek(struct ptl_flasher *flash, uint64_t address)
{
	const struct ptl_flasher_config *config = &flash->config;

	for (; flash->segment < config->segments; flash->segment++) {
		uint64_t a = config->segment[flash->segment].address;

		if (a + config->segment[flash->segment].size <= address)
			continue;
		if (a > address)
			address = a;
		flash->address = (uint32_t)address -
				 (uint32_t)(address - flash->chip_from) % flash->page;
		load_block(flash);
		return true;
	}
	return false;
}

static bool next_block(struct ptl_flasher *flash)
{
	if (flash->phase == PTL_FLASHER_WRITE)
		flash->written += flash->block_n;
	else
		flash->verified += flash->block_n;
	return seek(flash, (uint64_t)flash->address + flash->page);
}

/* All of it is where the chip has flash. */
static void check_image(struct ptl_flasher *flash)
{
	for (size_t i = 0; i < flash->config.segments; i++) {
		const struct ptl_flasher_segment *segment = &flash->config.segment[i];

		if (segment->address >= flash->chip_from &&
		    segment->address <= flash->chip_to &&
		    segment->size <= flash->chip_to - segment->address &&
		    (!flash->align || segment->address % flash->align == 0))
			continue;
		flash->address = segment->address;
		ptl_flasher_fail(flash, PTL_FLASHER_RANGE);
		return;
	}
}

/* ---- the end ---- */

static void finish(struct ptl_flasher *flash, ptl_time now, bool started)
{
	struct ptl_serial_format format = flash->config.format;
	const struct ptl_serial_seam *serial = &flash->config.serial;

	flash->phase = PTL_FLASHER_DONE;
	if (!started)
		ptl_pin_player_play(&flash->pins, now, ptl_loader_run,
				    flash->entry.loader->pulse);
	if (flash->entry.loader->parity)
		serial->set_format(serial->user, &format);
}

static void begin(struct ptl_flasher *flash, ptl_time now)
{
	flash->phase = PTL_FLASHER_ENTER;
	flash->number = 0;
	flash->segment = 0;
	flash->written = flash->verified = 0;
	flash->out_n = flash->out_at = flash->in_n = 0;
	memset(&flash->own, 0, sizeof(flash->own));
	ptl_pin_player_init(&flash->pins, &flash->config.pins);
	ptl_entry_begin(&flash->entry, now, ptl_loader_of(flash->config.target),
			&flash->config.serial, &flash->pins);
}

static bool can_begin_anew(const struct ptl_flasher *flash)
{
	return !flash->broke && flash->phase > PTL_FLASHER_ENTER &&
	       flash->phase < PTL_FLASHER_LEAVE &&
	       (flash->error == PTL_FLASHER_NO_ANSWER || flash->error == PTL_FLASHER_REFUSED);
}

/* It has failed. */
static void fall(struct ptl_flasher *flash, ptl_time now)
{
	if (!can_begin_anew(flash)) {
		finish(flash, now, false);
		return;
	}
	flash->broke = flash->error;
	flash->broke_at = flash->address;
	flash->error = PTL_FLASHER_OK;
	begin(flash, now);
}

/* ---- requests and answers ---- */

static void push(struct ptl_flasher *flash)
{
	const struct ptl_serial_seam *serial = &flash->config.serial;

	flash->out_at += serial->write(serial->user, flash->out + flash->out_at,
				       flash->out_n - flash->out_at);
}

static bool by_blocks(const struct ptl_flasher *flash)
{
	return flash->phase == PTL_FLASHER_WRITE || flash->phase == PTL_FLASHER_VERIFY;
}

static void next_phase(struct ptl_flasher *flash, ptl_time now)
{
	if (flash->phase == PTL_FLASHER_IDENTIFY)
		check_image(flash);
	flash->phase++;
	flash->segment = 0;
	if (by_blocks(flash))
		(void)seek(flash, 0);
	if (flash->phase == PTL_FLASHER_DONE)
		finish(flash, now, flash->entry.loader->last.n > 0);
}

/* The next request there is; none is out. */
static void next_request(struct ptl_flasher *flash, ptl_time now)
{
	while (!flash->error && flash->phase != PTL_FLASHER_DONE) {
		flash->patience = PATIENCE_US;
		flash->out_n = flash->dialogue->request(flash, flash->number);
		flash->out_at = 0;
		flash->in_n = 0;
		if (flash->out_n) {
			flash->due = now + flash->patience;
			push(flash);
			return;
		}
		flash->number = 0;
		if (!by_blocks(flash) || !next_block(flash))
			next_phase(flash, now);
	}
	if (flash->phase != PTL_FLASHER_DONE)
		fall(flash, now);
}

void ptl_flasher_uart(struct ptl_flasher *flash, ptl_time now, const uint8_t *bytes, size_t n)
{
	if (flash->phase == PTL_FLASHER_ENTER)
		ptl_entry_hear(&flash->entry, now, bytes, n);
	while (n && flash->phase != PTL_FLASHER_ENTER && flash->phase != PTL_FLASHER_DONE) {
		if (flash->in_n == sizeof(flash->in)) {
			ptl_flasher_fail(flash, PTL_FLASHER_NO_ANSWER);
			fall(flash, now);
			return;
		}
		flash->in[flash->in_n++] = *bytes++;
		n--;
		if (!flash->dialogue->answer(flash, flash->number, flash->in, flash->in_n))
			continue;
		flash->number++;
		next_request(flash, now);
	}
}

static ptl_time poll_entering(struct ptl_flasher *flash, ptl_time now)
{
	ptl_time due = ptl_entry_poll(&flash->entry, now);

	if (flash->entry.state == PTL_ENTRY_FAILED) {
		/* Who was there and does not come back has failed where it left. */
		if (flash->broke)
			flash->address = flash->broke_at;
		ptl_flasher_fail(flash, flash->broke ? flash->broke : PTL_FLASHER_NO_TARGET);
		finish(flash, now, false);
		return now;
	}
	if (!ptl_entry_in_step(&flash->entry))
		return due;
	flash->phase = PTL_FLASHER_IDENTIFY;
	next_request(flash, now);
	return flash->due;
}

ptl_time ptl_flasher_poll(struct ptl_flasher *flash, ptl_time now)
{
	if (flash->phase == PTL_FLASHER_ENTER)
		return poll_entering(flash, now);
	if (flash->phase == PTL_FLASHER_DONE)
		return ptl_pin_player_poll(&flash->pins, now);
	if (flash->out_at < flash->out_n)
		push(flash);
	if (now < flash->due)
		return flash->due;
	ptl_flasher_fail(flash, PTL_FLASHER_NO_ANSWER);
	fall(flash, now);
	return now;
}

/* ---- from outside ---- */

size_t ptl_flasher_size(void)
{
	return sizeof(struct ptl_flasher);
}

struct ptl_flasher *ptl_flasher_init(void *memory, const struct ptl_flasher_config *config,
				     ptl_time now)
{
	struct ptl_flasher *flash = memory;
	const struct ptl_loader *loader = ptl_loader_of(config->target);
	struct ptl_serial_format format = config->format;

	memset(flash, 0, sizeof(*flash));
	flash->config = *config;
	for (size_t i = 0; i < sizeof(dialogues) / sizeof(dialogues[0]); i++)
		if (dialogues[i]->target == config->target)
			flash->dialogue = dialogues[i];
	if (!flash->dialogue || !loader)
		return NULL;
	for (size_t i = 0; i < config->segments; i++)
		flash->total += config->segment[i].size;
	if (loader->parity) {
		format.data_bits = 8;
		format.parity = loader->parity;
		config->serial.set_format(config->serial.user, &format);
	}
	begin(flash, now);
	return flash;
}

void ptl_flasher_abort(struct ptl_flasher *flash, ptl_time now)
{
	if (flash->phase == PTL_FLASHER_DONE)
		return;
	ptl_flasher_fail(flash, PTL_FLASHER_ABORTED);
	finish(flash, now, false);
}

void ptl_flasher_get_state(const struct ptl_flasher *flash, struct ptl_flasher_state *state)
{
	*state = (struct ptl_flasher_state){
		.phase = flash->phase,
		.error = flash->error,
		.broke = flash->broke,
		.broke_at = flash->broke_at,
		.chip = flash->chip,
		.address = flash->address,
		.written = flash->written,
		.verified = flash->verified,
		.total = flash->total,
		.chip_from = flash->chip_from,
		.chip_to = flash->chip_to,
	};
}

bool ptl_flasher_done(const struct ptl_flasher *flash)
{
	return flash->phase == PTL_FLASHER_DONE && ptl_pin_player_done(&flash->pins);
}

static const char *const phases[PTL_FLASHER_PHASES] = {
	"enter", "identify", "erase", "write", "verify", "leave", "done",
};

static const char *const errors[PTL_FLASHER_ERRORS] = {
	[PTL_FLASHER_OK] = "ok",
	[PTL_FLASHER_NO_TARGET] = "no boot loader answers",
	[PTL_FLASHER_NO_ANSWER] = "the boot loader stopped to answer",
	[PTL_FLASHER_REFUSED] = "the boot loader refused",
	[PTL_FLASHER_UNKNOWN_CHIP] = "an unknown chip",
	[PTL_FLASHER_NO_VERIFY] = "a chip whose boot loader cannot verify",
	[PTL_FLASHER_RANGE] = "the image does not fit the chip's flash",
	[PTL_FLASHER_DIFFERS] = "what was written reads back differently",
	[PTL_FLASHER_ABORTED] = "aborted",
};

const char *ptl_flasher_phase_name(enum ptl_flasher_phase phase)
{
	return phase < PTL_FLASHER_PHASES ? phases[phase] : NULL;
}

const char *ptl_flasher_error_name(enum ptl_flasher_error error)
{
	return error < PTL_FLASHER_ERRORS ? errors[error] : NULL;
}
