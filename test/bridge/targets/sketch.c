// SPDX-License-Identifier: GPL-2.0-only
/*
 * A sketch for the simulated Arduinos: says TEXT each GAP ms at 115200 baud, and what it
 * hears. PADDING makes it as large as one likes. Built by sketch.sh.
 */
#include <avr/io.h>
#include <avr/pgmspace.h>
#include <util/delay.h>

static const char text[] PROGMEM = TEXT "\r\n";
const char padding[PADDING] PROGMEM __attribute__((used)) = {1};

static void say(char c)
{
	while (!(UCSR0A & _BV(UDRE0)))
		;
	UDR0 = c;
}

int main(void)
{
	UCSR0A = _BV(U2X0);
	UBRR0 = 16;
	UCSR0B = _BV(TXEN0) | _BV(RXEN0);
	for (;;) {
		char c;

		for (const char *p = text; (c = pgm_read_byte(p)); p++)
			say(c);
		for (unsigned ms = 0; ms < GAP; ms++) {
			_delay_ms(1);
			if (UCSR0A & _BV(RXC0))
				say(UDR0);
		}
	}
}
