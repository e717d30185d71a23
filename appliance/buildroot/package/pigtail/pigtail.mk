# SPDX-License-Identifier: GPL-2.0-only
# The driver, of the tree that this folder is in.
PIGTAIL_VERSION = local
PIGTAIL_SITE = $(BR2_EXTERNAL_PIGTAIL_PATH)/../..
PIGTAIL_SITE_METHOD = local
PIGTAIL_LICENSE = GPL-2.0, GPL-2.0 or MIT (link, compat, control)
PIGTAIL_LICENSE_FILES = LICENSE.GPL-2.0 LICENSE.MIT
PIGTAIL_OVERRIDE_SRCDIR_RSYNC_EXCLUSIONS = --exclude build --exclude web/node_modules
PIGTAIL_MODULE_SUBDIRS = kernel

# serdev, for a radio that the device tree tells of; a line discipline is there without.
define PIGTAIL_LINUX_CONFIG_FIXUPS
	$(call KCONFIG_ENABLE_OPT,CONFIG_SERIAL_DEV_BUS)
	$(call KCONFIG_ENABLE_OPT,CONFIG_SERIAL_DEV_CTRL_TTYPORT)
	$(call KCONFIG_ENABLE_OPT,CONFIG_NETDEVICES)
endef

$(eval $(kernel-module))
$(eval $(generic-package))
