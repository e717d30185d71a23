/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The other end of many links, for script/lib/scale.py: COUNT radios in one process,
 * each on a port of its own, at BAUD, and traffic that fills every line both ways.
 *
 *	radios COUNT BAUD SECONDS FOLDER pty|unix
 *
 *	     this process                        pigtail up --config
 *	+-----------------------+   FOLDER/pI   +----------------------+
 *	| endpoint I, paced  <--|- pty or socket|--> link I            |
 *	+-----------------------+               +----------|-----------+
 *	| UDP socket, port 9 <--|--------------------- tap ptI         |
 *	+-----------------------+               10.(7+I/256).(I%256).1 |
 *
 * Radio I is 10.(7+I/256).(I%256).2, known to the kernel by a permanent neighbour entry.
 * Bytes go to a port each TICK_US, as a UART's FIFO hands them on. Every packet is random
 * bytes that its receiver can make again, and compares. To keep a line busy and no
 * queue long, WINDOW packets are on their way in each direction.
 *
 * "go" on standard input begins the traffic. "measuring" is printed when it has settled,
 * and after SECONDS an object with what came through in that time.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <pigtail/big_endian.h>
#include <pigtail/link.h>
#include <pigtail/pacer.h>

#include "sim/prng.h"

#define COUNT_MAX  1024
#define TICK_US	   2000u
#define SETTLE_US  3000000u
#define STALE_US   3000000u /* a packet so late was dropped */
#define WINDOW	   2u
#define PORT	   9
#define DATA_BYTES 1000u /* of a UDP packet: its number, then random bytes */
#define HEADERS	   (14u + 20u + 8u)

enum direction { TO_RADIO, TO_HOST, DIRECTIONS };

struct flow {
	uint32_t sent; /* number of the next packet */
	uint32_t come; /* number of the next that should come */
	uint64_t bytes;
	ptl_time moved;
};

struct radio {
	unsigned int number;
	int port;  /* of a pty the master; -1: the socket waits for its peer */
	int slave; /* kept open, so that the master never hangs up */
	int listener;
	void *memory;
	struct ptl_endpoint *endpoint;
	struct ptl_pacer pacer;
	uint8_t out[256];
	size_t out_at;
	size_t out_n;
	bool up;
	struct flow flows[DIRECTIONS];
};

static struct radio radios[COUNT_MAX];
static unsigned int count;
static uint64_t wrong; /* packets that were not what was sent */
static uint64_t missed;
static int udp;

static void give_up(const char *what)
{
	(void)fprintf(stderr, "radios: %s: %s\n", what, strerror(errno));
	exit(1);
}

static ptl_time now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (ptl_time)t.tv_sec * 1000000u + (ptl_time)t.tv_nsec / 1000u;
}

/* ---- packets ---- */

static void make_data(uint8_t *data, enum direction direction, uint32_t radio, uint32_t number)
{
	struct prng prng =
		prng_seed(number, (uint64_t)radio << 1 | (direction == TO_HOST ? 1 : 0));
	uint64_t word;

	memcpy(data, &number, sizeof(number));
	memcpy(data + 4, &radio, sizeof(radio));
	for (size_t i = 8; i < DATA_BYTES; i += sizeof(word)) {
		word = prng_next(&prng);
		memcpy(data + i, &word, sizeof(word));
	}
}

static void take_data(const uint8_t *data, size_t n, enum direction direction)
{
	uint8_t same[DATA_BYTES];
	struct flow *flow;
	uint32_t number = 0;
	uint32_t radio = COUNT_MAX;

	if (n == DATA_BYTES) {
		memcpy(&number, data, sizeof(number));
		memcpy(&radio, data + 4, sizeof(radio));
	}
	if (radio >= count) {
		wrong++;
		return;
	}
	flow = &radios[radio].flows[direction];
	make_data(same, direction, radio, number);
	if (memcmp(same, data, n) != 0 || number < flow->come || number >= flow->sent) {
		wrong++;
		return;
	}
	missed += number - flow->come;
	flow->come = number + 1;
	flow->bytes += n;
	flow->moved = now_us();
}

static uint32_t address_of(const struct radio *radio, uint32_t host)
{
	return 10u << 24 | (7 + radio->number / 256) << 16 | (radio->number % 256) << 8 | host;
}

static void mac_of(const struct radio *radio, uint8_t mac[6])
{
	static const uint8_t prefix[4] = {0x02, 0x70, 0x69, 0x67};

	memcpy(mac, prefix, sizeof(prefix));
	ptl_put_be16(mac + 4, radio->number);
}

/* Ethernet, IPv4, UDP without a checksum. */
static void make_frame(const struct radio *radio, const uint8_t host[6], uint32_t number,
		       uint8_t *frame)
{
	uint8_t *ip = frame + 14;
	uint8_t *head = ip + 20;
	uint32_t sum = 0;

	memset(frame, 0, HEADERS);
	memcpy(frame, host, 6);
	mac_of(radio, frame + 6);
	ptl_put_be16(frame + 12, 0x0800);
	ip[0] = 0x45;
	ptl_put_be16(ip + 2, 28 + DATA_BYTES);
	ptl_put_be16(ip + 4, number);
	ip[8] = 64;
	ip[9] = IPPROTO_UDP;
	ptl_put_be32(ip + 12, address_of(radio, 2));
	ptl_put_be32(ip + 16, address_of(radio, 1));
	for (int i = 0; i < 20; i += 2)
		sum += (uint32_t)ip[i] << 8 | ip[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	ptl_put_be16(ip + 10, ~(sum + (sum >> 16)) & 0xffff);
	ptl_put_be16(head, PORT);
	ptl_put_be16(head + 2, PORT);
	ptl_put_be16(head + 4, 8 + DATA_BYTES);
	make_data(frame + HEADERS, TO_HOST, radio->number, number);
}

static bool on_packet(void *user, const uint8_t *packet, size_t n)
{
	(void)user;
	/* Others are the host's own: IPv6 looking around. */
	if (n == HEADERS + DATA_BYTES && packet[12] == 0x08 && packet[13] == 0 &&
	    packet[23] == IPPROTO_UDP)
		take_data(packet + HEADERS, n - HEADERS, TO_RADIO);
	return true;
}

static void on_state(void *user, enum ptl_state state, enum ptl_reason reason)
{
	struct radio *radio = user;

	(void)reason;
	radio->up = state == PTL_STATE_UP;
}

/* ---- traffic ---- */

/* Whether the flow may send one more. */
static bool has_room(struct flow *flow, ptl_time now)
{
	if (flow->sent - flow->come < WINDOW)
		return true;
	if (now - flow->moved < STALE_US)
		return false;
	missed += flow->sent - flow->come;
	flow->come = flow->sent;
	flow->moved = now;
	return true;
}

static void send_packets(struct radio *radio, ptl_time now)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	uint8_t frame[HEADERS + DATA_BYTES];
	struct flow *flow = &radio->flows[TO_HOST];
	struct ptl_info info;

	if (has_room(flow, now)) {
		ptl_framing_pigtail.info(radio->endpoint, &info);
		make_frame(radio, info.peer_mac, flow->sent, frame);
		if (ptl_framing_pigtail.send(radio->endpoint, now, frame, sizeof(frame)) ==
		    PTL_OK)
			flow->sent++;
	}
	flow = &radio->flows[TO_RADIO];
	if (has_room(flow, now)) {
		to.sin_addr.s_addr = htonl(address_of(radio, 2));
		make_data(frame, TO_RADIO, radio->number, flow->sent);
		if (sendto(udp, frame, DATA_BYTES, 0, (struct sockaddr *)&to, sizeof(to)) ==
		    DATA_BYTES)
			flow->sent++;
	}
}

static void receive_udp(void)
{
	uint8_t data[DATA_BYTES + 1];
	ssize_t n;

	while ((n = recv(udp, data, sizeof(data), 0)) >= 0)
		take_data(data, (size_t)n, TO_HOST);
}

static void serve(struct radio *radio)
{
	uint8_t bytes[4096];
	ptl_time now = now_us();
	size_t room;
	ssize_t n;

	if (radio->port < 0)
		radio->port =
			accept4(radio->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (radio->port < 0)
		return;
	n = read(radio->port, bytes, sizeof(bytes));
	if (n > 0)
		ptl_framing_pigtail.receive(radio->endpoint, now, bytes, (size_t)n);
	if (radio->out_at == radio->out_n) {
		room = ptl_pacer_room(&radio->pacer, now, PTL_PACER_UNKNOWN);
		if (room > sizeof(radio->out))
			room = sizeof(radio->out);
		radio->out_at = 0;
		radio->out_n =
			ptl_framing_pigtail.transmit(radio->endpoint, now, radio->out, room);
		ptl_pacer_sent(&radio->pacer, now, radio->out_n);
	}
	if (radio->out_at < radio->out_n) {
		n = write(radio->port, radio->out + radio->out_at,
			  radio->out_n - radio->out_at);
		radio->out_at += n > 0 ? (size_t)n : 0;
	}
}

/* ---- beginning and end ---- */

static void open_pty(struct radio *radio, const char *path)
{
	struct termios raw;
	char slave[64];

	radio->port = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (radio->port < 0 || grantpt(radio->port) < 0 || unlockpt(radio->port) < 0 ||
	    ptsname_r(radio->port, slave, sizeof(slave)) != 0)
		give_up("cannot make a pty");
	radio->slave = open(slave, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (radio->slave < 0 || tcgetattr(radio->slave, &raw) < 0)
		give_up(slave);
	cfmakeraw(&raw);
	(void)tcsetattr(radio->slave, TCSANOW, &raw);
	if (symlink(slave, path) < 0)
		give_up(path);
}

static void open_socket(struct radio *radio, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	radio->port = -1;
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	radio->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (radio->listener < 0 ||
	    bind(radio->listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(radio->listener, 1) < 0)
		give_up(path);
}

static void open_radio(struct radio *radio, uint32_t baud, const char *folder, bool is_pty)
{
	const struct ptl_events events = {
		.user = radio, .packet = on_packet, .state = on_state};
	struct ptl_config config;
	char path[100];
	size_t size;

	(void)snprintf(path, sizeof(path), "%s/p%u", folder, radio->number);
	if (is_pty)
		open_pty(radio, path);
	else
		open_socket(radio, path);
	ptl_config_default(&config, PTL_PROFILE_HOST);
	config.role = PTL_DEVICE;
	config.baud = baud;
	config.codel = false;
	config.drop_when_full = false;
	config.tx_packets = 16;
	config.tx_blocks = 16;
	mac_of(radio, config.mac);
	while (!config.nonce)
		if (getrandom(&config.nonce, sizeof(config.nonce), 0) < 0)
			give_up("random numbers");
	size = ptl_framing_pigtail.size(&config);
	radio->memory = malloc(size);
	if (!radio->memory || ptl_framing_pigtail.init(radio->memory, size, &config, &events,
						       now_us(), &radio->endpoint) != PTL_OK)
		give_up("endpoint");
	ptl_pacer_init(&radio->pacer, baud);
}

static void tell_neighbour(const struct radio *radio)
{
	struct arpreq request = {.arp_flags = ATF_COM | ATF_PERM};
	struct sockaddr_in *address = (struct sockaddr_in *)&request.arp_pa;

	address->sin_family = AF_INET;
	address->sin_addr.s_addr = htonl(address_of(radio, 2));
	request.arp_ha.sa_family = ARPHRD_ETHER;
	mac_of(radio, (uint8_t *)request.arp_ha.sa_data);
	(void)snprintf(request.arp_dev, sizeof(request.arp_dev), "pt%u", radio->number);
	if (ioctl(udp, SIOCSARP, &request) < 0)
		give_up(request.arp_dev);
}

static void open_udp(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	int room = 8 << 20; /* this process may be late, the link is not to blame */

	udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (udp < 0 || bind(udp, (struct sockaddr *)&address, sizeof(address)) < 0)
		give_up("UDP port 9");
	if (setsockopt(udp, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0)
		(void)setsockopt(udp, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
}

/* Whether a line came on standard input; its end is ours. */
static bool told_to_go(void)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	char line[16];

	if (poll(&in, 1, 0) < 1)
		return false;
	if (read(STDIN_FILENO, line, sizeof(line)) < 1)
		exit(1);
	return true;
}

static void print_result(double seconds)
{
	static const char *const names[DIRECTIONS] = {"to_radio", "to_host"};

	(void)printf("{\"seconds\":%.3f,\"wrong\":%" PRIu64 ",\"missed\":%" PRIu64, seconds,
		     wrong, missed);
	for (int d = 0; d < DIRECTIONS; d++) {
		uint64_t least = UINT64_MAX;
		uint64_t total = 0;

		for (unsigned int i = 0; i < count; i++) {
			uint64_t bytes = radios[i].flows[d].bytes;

			total += bytes;
			least = bytes < least ? bytes : least;
		}
		(void)printf(",\"%s\":{\"bytes\":%" PRIu64 ",\"least\":%" PRIu64 "}", names[d],
			     total, least);
	}
	(void)printf("}\n");
}

static void begin_measuring(void)
{
	wrong = 0;
	missed = 0;
	for (unsigned int i = 0; i < count; i++)
		for (int d = 0; d < DIRECTIONS; d++)
			radios[i].flows[d].bytes = 0;
	(void)puts("measuring");
	(void)fflush(stdout);
}

static void run(ptl_time measure_us)
{
	const struct timespec tick = {.tv_nsec = TICK_US * 1000};
	ptl_time began = 0;
	ptl_time measuring = 0;
	ptl_time now;

	do {
		now = now_us();
		if (!began && told_to_go()) {
			for (unsigned int i = 0; i < count; i++)
				tell_neighbour(&radios[i]);
			began = now;
		}
		if (began && !measuring && now - began >= SETTLE_US) {
			begin_measuring();
			measuring = now;
		}
		for (unsigned int i = 0; i < count; i++) {
			if (began && radios[i].up)
				send_packets(&radios[i], now);
			serve(&radios[i]);
		}
		receive_udp();
		(void)nanosleep(&tick, NULL);
	} while (!measuring || now - measuring < measure_us);
	print_result((double)(now - measuring) / 1e6);
}

int main(int argc, char **argv)
{
	struct rlimit files;
	uint32_t baud;

	if (argc != 6 || (strcmp(argv[5], "pty") != 0 && strcmp(argv[5], "unix") != 0)) {
		(void)fprintf(stderr, "Usage: radios COUNT BAUD SECONDS FOLDER pty|unix\n");
		return 2;
	}
	count = (unsigned int)strtoul(argv[1], NULL, 10);
	baud = (uint32_t)strtoul(argv[2], NULL, 10);
	if (!count || count > COUNT_MAX || !baud) {
		(void)fprintf(stderr, "radios: COUNT is 1 to %d\n", COUNT_MAX);
		return 2;
	}
	if (!getrlimit(RLIMIT_NOFILE, &files)) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	open_udp();
	for (unsigned int i = 0; i < count; i++) {
		radios[i].number = i;
		open_radio(&radios[i], baud, argv[4], !strcmp(argv[5], "pty"));
	}
	(void)puts("ready");
	(void)fflush(stdout);
	run((ptl_time)(strtod(argv[3], NULL) * 1e6));
	return 0;
}
