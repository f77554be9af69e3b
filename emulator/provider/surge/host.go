package surge

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"strings"
)

// publicHost reports whether a host may lie on the public internet, as far as
// its text tells.
func publicHost(host string) bool {
	host = strings.ToLower(strings.TrimRight(narrow(host), "."))
	if ip, ok := literal(host); ok {
		return publicIP(ip)
	}
	labels := strings.Split(host, ".")
	top := labels[len(labels)-1]
	switch top {
	case "", "localhost", "local", "internal", "test":
		return false
	}
	// No top-level domain begins with a digit: this is a broken address.
	return top[0] < '0' || top[0] > '9'
}

// narrow folds full-width characters and the dots of other scripts, as
// resolvers do before they look a name up.
func narrow(host string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '。' || r == '｡':
			return '.'
		}
		return r
	}, host)
}

// literal reads an address in any spelling that a resolver takes.
func literal(host string) (netip.Addr, bool) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.WithZone(""), true
	}
	return looseIPv4(host)
}

// looseIPv4 reads the forms of inet_aton: one to four parts, each decimal,
// octal or hexadecimal, the last one filling all octets that are left.
func looseIPv4(host string) (netip.Addr, bool) {
	parts := strings.Split(host, ".")
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	var value uint64
	for i, part := range parts {
		n, err := looseNumber(part)
		room := uint64(1) << 8
		if last := len(parts) - 1; i == last {
			room = 1 << (8 * (4 - last))
		}
		if err != nil || n >= room {
			return netip.Addr{}, false
		}
		value = value*room + n
	}
	var octets [4]byte
	binary.BigEndian.PutUint32(octets[:], uint32(value))
	return netip.AddrFrom4(octets), true
}

func looseNumber(s string) (uint64, error) {
	switch {
	case s == "0x":
		return 0, nil
	case strings.HasPrefix(s, "0x"):
		return strconv.ParseUint(s[2:], 16, 64)
	case len(s) > 1 && s[0] == '0':
		return strconv.ParseUint(s[1:], 8, 64)
	}
	return strconv.ParseUint(s, 10, 64)
}

// private are the ranges that no public host has: this network, private,
// shared (CGNAT), loopback, link-local, multicast, reserved, unique local.
var private = prefixList(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.168.0.0/16", "224.0.0.0/4", "240.0.0.0/4",
	"::/128", "::1/128", "64:ff9b:1::/48", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
)

func prefixList(texts ...string) (all []netip.Prefix) {
	for _, text := range texts {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}

func publicIP(ip netip.Addr) bool {
	ip = unwrap(ip)
	for _, p := range private {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

// wrappings are IPv6 ranges that carry an IPv4 address, with the octet at which
// it begins: mapped, compatible, NAT64 and 6to4.
var wrappings = []struct {
	prefix netip.Prefix
	at     int
}{
	{netip.MustParsePrefix("::ffff:0:0/96"), 12},
	{netip.MustParsePrefix("::/96"), 12},
	{netip.MustParsePrefix("64:ff9b::/96"), 12},
	{netip.MustParsePrefix("2002::/16"), 2},
}

// unwrap finds the IPv4 address inside an IPv6 one.
func unwrap(ip netip.Addr) netip.Addr {
	octets := ip.As16()
	for _, w := range wrappings {
		if ip.Is6() && contains(w.prefix, octets) {
			return netip.AddrFrom4([4]byte(octets[w.at : w.at+4]))
		}
	}
	return ip
}

// contains compares whole octets: netip keeps mapped addresses out of every
// IPv6 prefix.
func contains(p netip.Prefix, octets [16]byte) bool {
	base := p.Addr().As16()
	whole := p.Bits() / 8
	return string(base[:whole]) == string(octets[:whole])
}
