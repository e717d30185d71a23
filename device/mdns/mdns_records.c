/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See mdns_records.h. */
#include "mdns_records.h"

#include <string.h>

/* ---- names ---- */

const struct mdns_name mdns_kinds = {{"_services", "_dns-sd", "_udp", "local"}, 4};

struct mdns_name mdns_host_name(const struct mdns *mdns)
{
	return (struct mdns_name){{mdns->host, "local"}, 2};
}

struct mdns_name mdns_type_name(const struct mdns *mdns, size_t i)
{
	return (struct mdns_name){{mdns->config->service[i].type, "_tcp", "local"}, 3};
}

void mdns_write_instance(const struct mdns *mdns, char to[INSTANCE])
{
	static const char on[] = " on ";
	size_t n = strlen(mdns->config->what);

	memcpy(to, mdns->config->what, n);
	memcpy(to + n, on, sizeof(on) - 1);
	memcpy(to + n + sizeof(on) - 1, mdns->host, strlen(mdns->host) + 1);
}

struct mdns_name mdns_service_name(const struct mdns *mdns, size_t i,
				   const char instance[INSTANCE])
{
	return (struct mdns_name){{instance, mdns->config->service[i].type, "_tcp", "local"},
				  4};
}

/* ---- records ---- */

static void begin_record(struct mdns_writer *out, const struct form *form,
			 const struct mdns_name *name, uint16_t type, uint32_t ttl)
{
	bool unique = type != MDNS_PTR;

	mdns_write_record(out, name, type, MDNS_IN | (unique ? form->unique : 0),
			  ttl < form->ttl_most ? ttl : form->ttl_most);
}

static bool write_pointer(struct mdns_writer *out, const struct form *form,
			  const struct mdns_name *from, const struct mdns_name *to)
{
	begin_record(out, form, from, MDNS_PTR, TTL_OTHER);
	mdns_write_name(out, to);
	return mdns_write_end(out, form->section);
}

static bool write_host(const struct mdns *mdns, struct mdns_writer *out,
		       const struct form *form)
{
	struct mdns_name host = mdns_host_name(mdns);
	bool well = true;

	for (size_t i = 0; i < mdns->addresses && well; i++) {
		const struct mdns_address *address = &mdns->address[i];

		begin_record(out, form, &host, address->n == 4 ? MDNS_A : MDNS_AAAA, TTL_HOST);
		mdns_write_bytes(out, address->bytes, address->n);
		well = mdns_write_end(out, form->section);
	}
	return well;
}

static bool write_place(const struct mdns *mdns, struct mdns_writer *out,
			const struct form *form, const struct mdns_name *name, size_t i)
{
	struct mdns_name host = mdns_host_name(mdns);

	begin_record(out, form, name, MDNS_SRV, TTL_HOST);
	mdns_write_word(out, 0);
	mdns_write_word(out, 0);
	mdns_write_word(out, mdns->config->service[i].port);
	mdns_write_name(out, &host);
	return mdns_write_end(out, form->section);
}

static bool write_text(const struct mdns *mdns, struct mdns_writer *out,
		       const struct form *form, const struct mdns_name *name, size_t i)
{
	begin_record(out, form, name, MDNS_TXT, TTL_OTHER);
	for (const char *const *text = mdns->config->service[i].text; *text; text++) {
		uint8_t n = (uint8_t)strlen(*text);

		mdns_write_bytes(out, &n, 1);
		mdns_write_bytes(out, *text, n);
	}
	return mdns_write_end(out, form->section);
}

/* The records of one bit. false: they don't fit. */
static bool write_records(const struct mdns *mdns, struct mdns_writer *out,
			  const struct form *form, unsigned bit)
{
	char instance[INSTANCE];
	struct mdns_name type, name;
	size_t i;

	if (bit == 0)
		return write_host(mdns, out, form);
	i = (bit - 1) / OF_SERVICE;
	mdns_write_instance(mdns, instance);
	type = mdns_type_name(mdns, i);
	name = mdns_service_name(mdns, i, instance);
	switch ((bit - 1) % OF_SERVICE) {
	case OF_KIND:
		return write_pointer(out, form, &mdns_kinds, &type);
	case OF_PTR:
		return write_pointer(out, form, &type, &name);
	case OF_SRV:
		return write_place(mdns, out, form, &name, i);
	default:
		return write_text(mdns, out, form, &name, i);
	}
}

/* Which of these were written. */
uint32_t mdns_write_all(const struct mdns *mdns, struct mdns_writer *out,
			const struct form *form, uint32_t bits)
{
	uint32_t written = 0;

	for (unsigned i = 0; i < MDNS_RECORDS; i++) {
		if (!(bits & 1u << i))
			continue;
		if (!write_records(mdns, out, form, i))
			break;
		written |= 1u << i;
	}
	return written;
}
