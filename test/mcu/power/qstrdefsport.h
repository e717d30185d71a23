/* SPDX-License-Identifier: GPL-2.0-only */
/* No names but those that the sources have. */
