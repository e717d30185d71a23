/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Names that no source has as MP_QSTR_... */
Q(/ lib)
