/* SPDX-License-Identifier: GPL-2.0-only */
/* Over dropbear's default_options.h: a server for inetd, without what nobody on the page asks
   for, nor what takes long on a small CPU. */
#define NON_INETD_MODE		   0
#define DROPBEAR_REEXEC		   0
#define DROPBEAR_SVR_AGENTFWD	   0
#define DROPBEAR_SVR_LOCALTCPFWD   0
#define DROPBEAR_SVR_REMOTETCPFWD  0
#define DROPBEAR_ECDSA		   0
#define DROPBEAR_SK_KEYS	   0
#define DROPBEAR_DH_GROUP14_SHA1   0
#define DROPBEAR_DH_GROUP14_SHA256 0
#define DROPBEAR_ECDH		   0
#define DROPBEAR_SHA1_HMAC	   0
#define DO_MOTD			   0
