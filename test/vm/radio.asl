/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A radio at the third serial port, as firmware that has no device tree tells of it. The
 * path is QEMU's, machine "pc". It gives no address (the boards' device trees do).
 */
DefinitionBlock ("", "SSDT", 2, "PIGTL", "RADIO", 1)
{
	External (\_SB.PCI0.S08_.COM3, DeviceObj)

	Scope (\_SB.PCI0.S08_.COM3)
	{
		Device (RDIO)
		{
			Name (_HID, "PRP0001")
			Name (_CRS, ResourceTemplate ()
			{
				UartSerialBusV2 (115200, DataBitsEight, StopBitsOne, 0,
					LittleEndian, ParityTypeNone, FlowControlNone,
					64, 64, "\\_SB.PCI0.S08_.COM3")
			})
			Name (_DSD, Package ()
			{
				ToUUID ("daffd814-6eba-4d8c-8a91-bc9bbf4aa301"),
				Package ()
				{
					Package () { "compatible", Package () { "pigtail,uart-radio" } },
					Package () { "current-speed", 115200 }
				}
			})
		}
	}
}
