/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Names that no source has as MP_QSTR_... */
/* With a space it would be another name. */
/* clang-format off */
Q(/lib)
