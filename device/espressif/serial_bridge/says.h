/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the bridge has to say, for a person's eyes, and by the vendor's log. */
#ifndef PIGTAIL_ESPRESSIF_SAYS_H
#define PIGTAIL_ESPRESSIF_SAYS_H

void says_line(const char *line);
void says_address(const char *address, const char *source);
void says_memory(unsigned own, unsigned left);

/* It cannot go on. */
_Noreturn void says_impossible(const char *what);

#endif
