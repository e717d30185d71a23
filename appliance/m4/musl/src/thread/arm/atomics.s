/* SPDX-License-Identifier: GPL-2.0-only */
/* In place of musl's file: atomic_arch.h needs none of the other CPUs' ways. */
