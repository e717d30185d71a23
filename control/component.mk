# SPDX-License-Identifier: GPL-2.0-only OR MIT
# For the make-based builds of ESP8266_RTOS_SDK.
COMPONENT_SRCDIRS := .
COMPONENT_ADD_INCLUDEDIRS := include
