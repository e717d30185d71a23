# SPDX-License-Identifier: GPL-2.0-only OR MIT
# What is frozen into the image.
freeze("modules")
include("$(MPY_DIR)/extmod/asyncio")
# Installs packages, by the module requests of ours.
package("mip", base_path="$(MPY_LIB_DIR)/python-ecosys/mip", opt=3)
