/* SPDX-License-Identifier: GPL-2.0-only */
/* Nothing is signed in these tests. */
#define UPDATE_KEY 0
