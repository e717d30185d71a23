-- SPDX-License-Identifier: GPL-2.0-only
--
-- Wireshark and tshark read the frames that 'pigtail up --capture FILE' writes (docs/SPEC.md):
--
--	tshark -X lua_script:pigtail.lua -r FILE
--	wireshark: put this file into ~/.local/lib/wireshark/plugins/
--
-- A frame is content as in SPEC 2, COBS undone. What ends its payload, and whether it was
-- cut, only its check tells, so that is computed. A frame whose check fits nothing was
-- damaged, or has a password that the capture has zeros for.
--
-- Filters: pigtail.class, .number, .ending, .ack.class, .ack.delivered, .link (type),
-- .hello.*, .control (type), .control.id, .control.interface, and pigtail.FIELD for the
-- fields of control messages, as in pigtail.ssid == "home".

local FIELDS, MESSAGES, VALUES, BITS, TAG_OF = {}, {}, {}, {}, {}

local function field(tag, name, kind, bytes, what)
	FIELDS[tag] = {name = name, kind = kind, bytes = bytes, what = what}
	TAG_OF[name] = tag
end

local function message(type, name)
	MESSAGES[type] = name
end

local function value(of, number, text)
	VALUES[of] = VALUES[of] or {}
	VALUES[of][number] = text
end

local function bit_of(of, number, text)
	BITS[of] = BITS[of] or {}
	table.insert(BITS[of], {mask = number, text = text})
end

-- made by test/control_tables.c from control/include/pigtail/control.h
message(0x01, "INFO")
message(0x02, "GET")
message(0x03, "SET")
message(0x04, "STATS")
message(0x08, "SCAN")
message(0x09, "SCAN_STOP")
message(0x0a, "JOIN")
message(0x0b, "LEAVE")
message(0x0c, "AP_START")
message(0x0d, "AP_STOP")
message(0x0e, "STATION_KICK")
message(0x10, "UPDATE_BEGIN")
message(0x11, "UPDATE_END")
message(0x12, "UPDATE_ABORT")
message(0x13, "UPDATE_CONFIRM")
message(0x18, "RESTART")
message(0x80, "STREAM_OPEN")
message(0x81, "STREAM_OPENED")
message(0x82, "STREAM_DATA")
message(0x83, "STREAM_CREDIT")
message(0x84, "STREAM_CLOSE")
message(0xc0, "READY")
message(0xc1, "BSS")
message(0xc2, "SCAN_DONE")
message(0xc3, "JOINED")
message(0xc4, "FAILED")
message(0xc5, "LEFT")
message(0xc6, "ROAMED")
message(0xc7, "AP_STOPPED")
message(0xc8, "STATION_JOINED")
message(0xc9, "STATION_LEFT")
message(0xca, "SIGNAL")
message(0xcb, "CHANGED")
message(0xf0, "ANSWER")
field(1, "STATUS", "unsigned", 1, "how a request ended: table of status")
field(2, "TEXT", "text", 128, "the reason in words, for a person")
field(3, "VERSION", "unsigned", 1, "of these messages; this page is 1")
field(4, "CAPABILITIES", "unsigned", 4, "what the radio can do: table of capabilities")
field(5, "BOARD", "text", 32, "which board it is; firmware is for one")
field(6, "FIRMWARE", "text", 32, "name and version of the firmware")
field(7, "BOOT", "unsigned", 1, "why it started: table of boots")
field(8, "BOOTS", "unsigned", 4, "starts since it was flashed")
field(9, "MAC", "bytes", 6, "address of an interface or a station")
field(10, "AP_MAC", "bytes", 6, "address of the access point's interface")
field(11, "CHANNELS", "bytes", 64, "a byte a channel: those allowed, or to be scanned")
field(12, "STATIONS", "unsigned", 1, "most stations of the access point")
field(16, "SSID", "bytes", 32, "name of a network")
field(17, "BSSID", "bytes", 6, "address of an access point")
field(18, "CHANNEL", "unsigned", 1, "1 to 14, or of 5 GHz 36 to 177")
field(19, "AKM", "unsigned", 1, "key management, bits: table of AKM")
field(20, "PMK", "bytes", 32, "pairwise master key; secret")
field(21, "PASSPHRASE", "bytes", 63, "of WPA2 or SAE; secret")
field(22, "PMF", "unsigned", 1, "protected management frames: 0 no, 1 if it can, 2 required")
field(23, "SIGNAL", "signed", 1, "dBm")
field(24, "BSS_CAPABILITY", "unsigned", 2, "capability information of the beacon")
field(25, "BEACON_INTERVAL", "unsigned", 2, "in units of 1024 us")
field(26, "TSF", "unsigned", 8, "timestamp of the beacon, us")
field(27, "ELEMENTS", "long", 255, "information elements; whole after the last part")
field(28, "PART", "unsigned", 2, "bytes of ELEMENTS in earlier parts; absent: 0")
field(29, "MORE", "flag", 0, "another part of the same follows")
field(30, "PASSIVE", "flag", 0, "listen only, send no probe")
field(31, "DWELL", "unsigned", 2, "ms on a channel")
field(32, "HIDDEN", "flag", 0, "beacons do not say the SSID")
field(33, "REASON", "unsigned", 2, "802.11 reason code")
field(34, "BY", "unsigned", 1, "who ended it: table of by")
field(35, "CODE", "unsigned", 2, "802.11 status code")
field(36, "FAILURE", "unsigned", 1, "why a join failed: table of failures")
field(37, "AID", "unsigned", 2, "association id, 1 to 2007")
field(38, "TX_RATE", "unsigned", 4, "kbit/s on the air, sent")
field(39, "RX_RATE", "unsigned", 4, "kbit/s on the air, received")
field(40, "TX_BYTES", "unsigned", 8, "sent on the air")
field(41, "RX_BYTES", "unsigned", 8, "received on the air")
field(42, "TX_FAILED", "unsigned", 4, "frames that no acknowledgement came for")
field(43, "CONNECTED", "unsigned", 4, "seconds since it joined")
field(44, "HEAP", "unsigned", 4, "bytes of heap free")
field(45, "UPTIME", "unsigned", 8, "us since it started")
field(48, "COUNTRY", "bytes", 2, "ISO 3166 letters, or 00 for the world")
field(49, "POWER_SAVE", "unsigned", 1, "0 off, 1 on")
field(50, "TX_POWER", "signed", 1, "dBm, most")
field(51, "MULTICAST", "long", 252, "group addresses that the station is to hear")
field(52, "ALL_MULTICAST", "flag", 0, "every group address")
field(53, "TIME", "unsigned", 8, "us since 1970, UTC")
field(54, "PIN", "unsigned", 1, "number of a pin, as the chip's maker counts")
field(55, "PIN_MODE", "unsigned", 1, "table of pin modes")
field(56, "LEVEL", "unsigned", 1, "0 or 1")
field(57, "KEY", "text", 15, "of the store")
field(58, "VALUE", "long", 255, "of the store")
field(59, "SETTING", "unsigned", 1, "tag of the field that is asked for, or that changed")
field(62, "CHANCE", "bytes", 64, "random bytes; secret")
field(64, "SIZE", "unsigned", 4, "bytes of an image")
field(65, "OFFSET", "unsigned", 4, "bytes of it that are there")
field(66, "SIGNATURE", "bytes", 64, "Ed25519 of the image's head")
field(67, "DIGEST", "bytes", 32, "SHA-256 of an image")
field(68, "SLOT", "unsigned", 1, "0 or 1")
field(69, "HOW", "unsigned", 1, "of RESTART: 0 the firmware, 1 the boot loader")
field(72, "NAME", "text", 31, "of a stream's service")
field(73, "ARGUMENT", "bytes", 255, "for the service")
field(74, "DATA", "long", 255, "bytes of a stream")
field(75, "CREDIT", "unsigned", 4, "bytes more that the receiver takes")
local OF = "STATUS"
value(OF, 0, "done")
value(OF, 1, "unknown request")
value(OF, 2, "malformed")
value(OF, 3, "this radio cannot do that")
value(OF, 4, "busy with another request")
value(OF, 5, "a value out of its range")
value(OF, 6, "not possible now")
value(OF, 7, "the other interface is on another channel")
value(OF, 8, "no memory")
value(OF, 9, "no such thing")
value(OF, 10, "not allowed")
value(OF, 11, "aborted")
value(OF, 12, "timed out")
value(OF, 13, "it does not verify")
value(OF, 14, "failed")
local OF = "FAILURE"
value(OF, 1, "no such network in reach")
value(OF, 2, "wrong password")
value(OF, 3, "authentication refused")
value(OF, 4, "association refused")
value(OF, 5, "no answer from the access point")
value(OF, 6, "the access point of this radio is on another channel")
value(OF, 7, "the network wants what this radio cannot do")
value(OF, 8, "aborted")
value(OF, 9, "the radio restarted")
value(OF, 10, "the radio said nothing")
local OF = "BY"
value(OF, 0, "this host")
value(OF, 1, "the other station")
value(OF, 2, "the radio")
local OF = "BOOT"
value(OF, 0, "power")
value(OF, 1, "reset pin")
value(OF, 2, "asked to")
value(OF, 3, "it crashed")
value(OF, 4, "watchdog")
value(OF, 5, "safe mode, after starts that failed")
local OF = "PIN_MODE"
value(OF, 0, "input")
value(OF, 1, "input, pulled up")
value(OF, 2, "output")
value(OF, 3, "open drain")
local OF = "AKM"
bit_of(OF, 0x1, "open")
bit_of(OF, 0x2, "WPA2-PSK")
bit_of(OF, 0x4, "WPA2-PSK-SHA256")
bit_of(OF, 0x8, "WPA3-SAE")
bit_of(OF, 0x10, "WPA-PSK")
local OF = "CAPABILITIES"
bit_of(OF, 0x1, "joins networks")
bit_of(OF, 0x2, "is an access point")
bit_of(OF, 0x4, "both at once, on one channel")
bit_of(OF, 0x8, "takes a PMK in the place of a passphrase")
bit_of(OF, 0x10, "protected management frames")
bit_of(OF, 0x20, "roams by itself unless JOIN says a BSSID")
bit_of(OF, 0x40, "BSS carries the beacon's own elements")
bit_of(OF, 0x80, "can be updated")
bit_of(OF, 0x100, "has pins")
bit_of(OF, 0x200, "keeps keys and values")
bit_of(OF, 0x400, "has streams")
bit_of(OF, 0x800, "wants to know the time")
bit_of(OF, 0x1000, "wants random bytes, having no source of them")
-- end of control_tables

local SECRET = {PMK = true, PASSPHRASE = true}
local ADDRESS = {MAC = true, AP_MAC = true, BSSID = true}
local NAME = {SSID = true, COUNTRY = true}

local CLASSES = {[0] = "link", "control", "sparse", "bulk"}
local ENDINGS = {[0] = "goes on", "ends", "ends, packed", "ends, added"}
local XORS = {[0] = 0x5bd1e995, 0, 0x9e3779b9, 0xc2b2ae35}
local LINK = {
	[0] = "ACK", "HELLO", "PING", "PONG", "UNKNOWN", "LOG", [16] = "PROPOSE", [17] = "ACCEPT",
	[18] = "REFUSE", [19] = "PROBE", [20] = "CONFIRM", [21] = "CONFIRMED", [22] = "FALL",
}
local INTERFACES = {[0] = "station", [1] = "access point", [255] = "radio"}

local pigtail = Proto("pigtail", "Pigtail, Ethernet over a UART")
local f = {
	class = ProtoField.uint8("pigtail.class", "Class", base.DEC, CLASSES),
	number = ProtoField.uint16("pigtail.number", "First cell"),
	ending = ProtoField.uint8("pigtail.ending", "The packet", base.DEC, ENDINGS),
	cut = ProtoField.bool("pigtail.cut", "Cut"),
	check = ProtoField.bytes("pigtail.check", "Check"),
	payload = ProtoField.bytes("pigtail.payload", "Payload"),
	ack_class = ProtoField.uint8("pigtail.ack.class", "Class", base.DEC, CLASSES),
	delivered = ProtoField.uint16("pigtail.ack.delivered", "Delivered before"),
	gap = ProtoField.uint8("pigtail.ack.gap", "Cells missing"),
	run = ProtoField.uint8("pigtail.ack.run", "Cells there"),
	link = ProtoField.uint8("pigtail.link", "Message", base.DEC, LINK),
	token = ProtoField.uint32("pigtail.ping.token", "Token", base.HEX),
	unknown = ProtoField.uint8("pigtail.unknown", "Type that was not understood"),
	log = ProtoField.string("pigtail.log", "Text"),
	trial = ProtoField.uint8("pigtail.rate.trial", "Trial"),
	rate = ProtoField.uint32("pigtail.rate", "Rate, baud"),
	version = ProtoField.uint8("pigtail.hello.version", "Highest version"),
	reply = ProtoField.bool("pigtail.hello.reply", "Reply wanted", 8, nil, 1),
	device = ProtoField.bool("pigtail.hello.device", "Sender is the device", 8, nil, 2),
	nonce = ProtoField.uint32("pigtail.hello.nonce", "Nonce", base.HEX),
	seen = ProtoField.uint32("pigtail.hello.seen", "Seen", base.HEX),
	capabilities = ProtoField.uint32("pigtail.hello.capabilities", "Capabilities", base.HEX),
	longest = ProtoField.uint16("pigtail.hello.longest", "Longest packet"),
	window = ProtoField.uint16("pigtail.hello.window", "Window, cells"),
	mac = ProtoField.ether("pigtail.hello.mac", "Address"),
	option = ProtoField.bytes("pigtail.hello.option", "Option"),
	control = ProtoField.uint8("pigtail.control", "Message", base.HEX, MESSAGES),
	id = ProtoField.uint8("pigtail.control.id", "Id"),
	interface = ProtoField.uint8("pigtail.control.interface", "Interface", base.DEC, INTERFACES),
	stream = ProtoField.uint8("pigtail.control.stream", "Stream"),
	secret = ProtoField.none("pigtail.secret", "Secret, not shown"),
	other = ProtoField.bytes("pigtail.other", "Field of no table"),
}

-- A ProtoField of each field of the tables, and of each bit of those that are bits.
local of_tag, bits_of_tag = {}, {}
for tag, info in pairs(FIELDS) do
	local abbr, size = "pigtail." .. info.name:lower(), info.bytes * 8
	if SECRET[info.name] then
		of_tag[tag] = f.secret
	elseif ADDRESS[info.name] then
		of_tag[tag] = ProtoField.ether(abbr, info.name, info.what)
	elseif NAME[info.name] or info.kind == "text" then
		of_tag[tag] = ProtoField.string(abbr, info.name, base.UNICODE, info.what)
	elseif info.kind == "unsigned" then
		local shown = (BITS[info.name] or size == 64) and base.HEX or base.DEC
		of_tag[tag] = ProtoField["uint" .. size](abbr, info.name, shown, VALUES[info.name],
							 nil, info.what)
	elseif info.kind == "signed" then
		of_tag[tag] = ProtoField["int" .. size](abbr, info.name, base.DEC, nil, nil, info.what)
	elseif info.kind == "flag" then
		of_tag[tag] = ProtoField.none(abbr, info.name, info.what)
	else
		of_tag[tag] = ProtoField.bytes(abbr, info.name, base.NONE, info.what)
	end
	if not SECRET[info.name] then
		f["tag" .. tag] = of_tag[tag]
	end
	bits_of_tag[tag] = {}
	for i, bit in ipairs(BITS[info.name] or {}) do
		local one = ProtoField.bool(abbr .. "." .. i, bit.text, size, nil, bit.mask)
		bits_of_tag[tag][i] = one
		f["tag" .. tag .. "bit" .. i] = one
	end
end
pigtail.fields = f

local malformed = ProtoExpert.new("pigtail.malformed", "Malformed", expert.group.MALFORMED,
				  expert.severity.ERROR)
local unchecked = ProtoExpert.new("pigtail.unchecked", "The check does not fit: damaged, or a password was hidden",
				  expert.group.CHECKSUM, expert.severity.WARN)
pigtail.experts = {malformed, unchecked}

-- ---- the check (SPEC 2.4) ----

local bits = bit32 or bit

local function unsigned(number)
	return number % 0x100000000
end

local crc_table = {}
for i = 0, 255 do
	local crc = i
	for _ = 1, 8 do
		local odd = crc % 2 == 1
		crc = math.floor(crc / 2)
		if odd then
			crc = unsigned(bits.bxor(crc, 0x82f63b78))
		end
	end
	crc_table[i] = crc
end

local function crc32c(bytes)
	local crc = 0xffffffff
	for i = 1, #bytes do
		local index = unsigned(bits.bxor(crc, bytes:byte(i))) % 256
		crc = unsigned(bits.bxor(math.floor(crc / 256), crc_table[index]))
	end
	return unsigned(bits.bxor(crc, 0xffffffff))
end

-- The ending that a check says; nil: it fits none.
local function ending_of(crc, check)
	for ending = 0, 3 do
		if unsigned(bits.bxor(crc, XORS[ending])) == check then
			return ending
		end
	end
end

-- Returns how many bytes the check has, and the ending.
local function read_check(tvb)
	local bytes, n = tvb:raw(), tvb:len()
	local ending = ending_of(crc32c(bytes:sub(1, n - 4)), tvb(n - 4, 4):le_uint())
	if ending or n < 7 then
		return 4, ending
	end
	local check = 0
	for i = 0, 4 do
		local byte = tvb(n - 5 + i, 1):uint()
		if byte < 0x80 then
			return 4, nil
		end
		check = check + (byte - 0x80) * 2 ^ (7 * i)
	end
	if ending_of(crc32c(bytes:sub(1, n - 5)), check) == 0 then
		return 5, 0
	end
	return 4, nil
end

-- ---- acknowledgements (SPEC 5): returns where they end; nil: they are malformed ----

local function read_acks(tvb, at, tree, info)
	local more = true
	while more do
		if at + 3 > tvb:len() then
			return nil
		end
		local head = tvb(at, 1):uint()
		local ranges = head % 16
		local n = 3 + 2 * ranges
		if at + n > tvb:len() then
			return nil
		end
		more = head >= 0x80
		local class = math.floor(head / 32) % 4
		local delivered = tvb(at + 1, 2):le_uint() % 8192
		local entry = tree:add(pigtail, tvb(at, n),
				       ("Acknowledgement: %s, before %d"):format(CLASSES[class], delivered))
		entry:add(f.ack_class, tvb(at, 1), class)
		entry:add(f.delivered, tvb(at + 1, 2), delivered)
		for i = 0, ranges - 1 do
			entry:add(f.gap, tvb(at + 3 + 2 * i, 1))
			entry:add(f.run, tvb(at + 4 + 2 * i, 1))
		end
		table.insert(info, ("ack %s %d"):format(CLASSES[class], delivered))
		at = at + n
	end
	return at
end

-- ---- link messages (SPEC 7, 12) ----

local function read_hello(tvb, tree)
	tree:add(f.version, tvb(0, 1))
	tree:add(f.reply, tvb(2, 1))
	tree:add(f.device, tvb(2, 1))
	tree:add_le(f.nonce, tvb(4, 4))
	tree:add_le(f.seen, tvb(8, 4))
	tree:add_le(f.capabilities, tvb(12, 4))
	tree:add_le(f.longest, tvb(16, 2))
	for i = 0, 2 do
		tree:add_le(f.window, tvb(18 + 2 * i, 2)):append_text(" (" .. CLASSES[i + 1] .. ")")
	end
	tree:add(f.mac, tvb(24, 6))
	local at = 30
	while at + 2 <= tvb:len() and at + 2 + tvb(at + 1, 1):uint() <= tvb:len() do
		local n = 2 + tvb(at + 1, 1):uint()
		tree:add(f.option, tvb(at, n))
		at = at + n
	end
end

local function read_rate(tvb, tree)
	tree:add(f.trial, tvb(0, 1))
	tree:add_le(f.rate, tvb(1, 4))
end

local LINK_READERS = {
	[1] = {30, read_hello},
	[2] = {4, function(tvb, tree) tree:add_le(f.token, tvb(0, 4)) end},
	[3] = {4, function(tvb, tree) tree:add_le(f.token, tvb(0, 4)) end},
	[4] = {1, function(tvb, tree) tree:add(f.unknown, tvb(0, 1)) end},
	[5] = {1, function(tvb, tree) tree:add(f.log, tvb()) end},
	[16] = {7, read_rate}, [17] = {5, read_rate}, [18] = {5, read_rate},
}

local function read_link(tvb, tree, type, info)
	local reader = LINK_READERS[type]
	table.insert(info, 1, LINK[type] or ("type %d"):format(type))
	if reader and (not tvb or tvb:len() < reader[1]) then
		tree:add_proto_expert_info(malformed)
	elseif reader then
		reader[2](tvb, tree)
	elseif tvb then
		tree:add(f.payload, tvb)
	end
end

-- ---- control messages (SPEC 8) ----

local function read_field(tvb, tree)
	local tag, n = tvb(0, 1):uint(), tvb:len() - 2
	local field = FIELDS[tag]
	if not field then
		tree:add(f.other, tvb)
		return
	end
	local number = field.kind == "unsigned" or field.kind == "signed"
	if (number or field.kind == "flag" or ADDRESS[field.name]) and n ~= field.bytes then
		tree:add(f.other, tvb):add_proto_expert_info(malformed)
	elseif n == 0 or SECRET[field.name] then
		tree:add(of_tag[tag], tvb)
	else
		local item = tree[number and "add_le" or "add"](tree, of_tag[tag], tvb(2))
		for _, bit in ipairs(bits_of_tag[tag]) do
			item:add_le(bit, tvb(2))
		end
	end
end

local function read_control(tvb, tree, info)
	local type = tvb(0, 1):uint()
	local name = MESSAGES[type] or ("type %02x"):format(type)
	tree:add(f.control, tvb(0, 1))
	if tvb:len() < 3 then
		table.insert(info, 1, name)
		if type ~= 255 then
			tree:add_proto_expert_info(malformed)
		end
		return
	end
	local id = tvb(1, 1):uint()
	tree:add(f.id, tvb(1, 1))
	tree:add(type >= 0x80 and type < 0xc0 and f.stream or f.interface, tvb(2, 1))
	local at = 3
	while at < tvb:len() do
		if at + 2 > tvb:len() or at + 2 + tvb(at + 1, 1):uint() > tvb:len() then
			tree:add_proto_expert_info(malformed)
			break
		end
		local n = tvb(at + 1, 1):uint()
		read_field(tvb(at, 2 + n), tree)
		if tvb(at, 1):uint() == TAG_OF.STATUS and n == 1 then
			name = name .. ": " .. (VALUES.STATUS[tvb(at + 2, 1):uint()] or "?")
		end
		at = at + 2 + n
	end
	table.insert(info, 1, id > 0 and ("%s #%d"):format(name, id) or name)
end

-- ---- the frame ----

function pigtail.dissector(tvb, pinfo, root)
	local info = {}
	pinfo.cols.protocol = "Pigtail"
	local tree = root:add(pigtail, tvb())
	if tvb:len() < 6 then
		tree:add_proto_expert_info(malformed)
		pinfo.cols.info = "too short"
		return
	end
	local head = tvb(0, 2):le_uint()
	local class, number = math.floor(head / 16384), head % 8192
	local check_n, ending = read_check(tvb)
	local stop, at = tvb:len() - check_n, 2
	local content = tvb(0, stop):tvb()

	tree:add(f.class, tvb(1, 1), class)
	tree:append_text(", " .. CLASSES[class])
	if class > 0 then
		tree:add(f.number, tvb(0, 2), number)
	end
	if math.floor(head / 8192) % 2 == 1 then
		at = read_acks(content, at, tree, info)
	end
	if not at then
		tree:add_proto_expert_info(malformed)
		pinfo.cols.info = CLASSES[class] .. ", malformed"
		return
	end
	local payload = at < stop and tvb(at, stop - at) or nil
	if class == 0 then
		tree:add(f.link, tvb(0, 1))
		read_link(payload, tree, number % 256, info)
	elseif not payload then
		tree:add_proto_expert_info(malformed)
	elseif class == 1 then
		read_control(payload, tree, info)
	else
		tree:add(f.payload, payload)
		table.insert(info, 1, ("%s %d, %d bytes%s"):format(CLASSES[class], number, payload:len(),
				      ending == 0 and ", goes on" or ""))
	end
	if ending then
		tree:add(f.ending, tvb(stop, check_n), ending)
	else
		tree:add_proto_expert_info(unchecked)
	end
	tree:add(f.cut, tvb(stop, check_n), check_n == 5)
	tree:add(f.check, tvb(stop, check_n))
	pinfo.cols.info = table.concat(info, ", ")
end

DissectorTable.get("wtap_encap"):add((wtap_encaps or wtap).USER0, pigtail)
