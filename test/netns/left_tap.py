#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
left_tap.py NAME: makes a tap that stays, as a virtual machine leaves it: it takes packets
without checksums, and TCP segments far longer than the MTU.
"""
import fcntl
import os
import struct
import sys

TUNSETIFF, TUNSETPERSIST, TUNSETOFFLOAD = 0x400454CA, 0x400454CB, 0x400454D0
IFF_TAP, IFF_NO_PI, IFF_VNET_HDR = 2, 0x1000, 0x4000
CSUM, TSO4, TSO6 = 1, 2, 4

fd = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", sys.argv[1].encode(), IFF_TAP | IFF_NO_PI | IFF_VNET_HDR))
fcntl.ioctl(fd, TUNSETOFFLOAD, CSUM | TSO4 | TSO6)
fcntl.ioctl(fd, TUNSETPERSIST, 1)
