# SPDX-License-Identifier: GPL-2.0-only OR MIT
# What is frozen into the image.
freeze("modules")
include("$(MPY_DIR)/extmod/asyncio")
