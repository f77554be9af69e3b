package webhook

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/switchhook/switchhook/emulator/sms"
)

// Guard says which addresses webhooks may be sent to: loopback, and what Allow
// holds. It is asked about the address that is really dialled, so a name that
// changes its address gains nothing.
type Guard struct {
	Allow []netip.Prefix
	// Deny refuses an address that would otherwise pass: the emulator's own.
	Deny func(netip.AddrPort) bool
}

// BlockedError says that an address may not be dialled.
type BlockedError struct{ Addr, Why string }

func (e *BlockedError) Error() string {
	return fmt.Sprintf("webhooks may not be sent to %s: %s", e.Addr, e.Why)
}

func (g Guard) control(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return &BlockedError{address, "the address cannot be read"}
	}
	return g.check(at)
}

func (g Guard) check(at netip.AddrPort) error {
	ip := at.Addr().Unmap().WithZone("")
	if g.Deny != nil && g.Deny(netip.AddrPortFrom(ip, at.Port())) {
		return &BlockedError{at.String(), "it is this emulator itself"}
	}
	for _, a := range append(embedded(ip), ip) {
		if a.IsLinkLocalUnicast() || a.IsUnspecified() || a.IsMulticast() || slices.Contains(metadata, a) {
			return &BlockedError{at.String(), "link-local, unspecified, multicast and metadata addresses are never allowed"}
		}
	}
	// What only wraps a loopback address leads elsewhere, so it is ip that must pass.
	if ip.IsLoopback() {
		return nil
	}
	for _, p := range g.Allow {
		if p.Contains(ip) {
			return nil
		}
	}
	return &BlockedError{at.String(), "only loopback is allowed; allow others with --allow-webhooks CIDR"}
}

// metadata are the addresses besides link-local ones under which clouds give
// their machines credentials.
var metadata = []netip.Addr{
	netip.MustParseAddr("fd00:ec2::254"), netip.MustParseAddr("100.100.100.200"), netip.MustParseAddr("168.63.129.16"),
}

// embedded lists the IPv4 addresses that an IPv6 address may stand for:
// IPv4-compatible and NAT64 (at the end), ISATAP (at the end), 6to4, and Teredo
// (inverted, at the end).
func embedded(ip netip.Addr) []netip.Addr {
	if !ip.Is6() || ip.IsLoopback() || ip.IsUnspecified() {
		return nil
	}
	b := ip.As16()
	tail := netip.AddrFrom4([4]byte(b[12:]))
	starts := func(prefix ...byte) bool { return bytes.HasPrefix(b[:], prefix) }
	switch {
	case starts(0x20, 0x02):
		return []netip.Addr{netip.AddrFrom4([4]byte(b[2:6]))}
	case starts(0x20, 0x01, 0, 0):
		return []netip.Addr{netip.AddrFrom4([4]byte{^b[12], ^b[13], ^b[14], ^b[15]}), netip.AddrFrom4([4]byte(b[4:8]))}
	case starts(0, 0x64, 0xff, 0x9b), starts(make([]byte, 12)...), bytes.Equal(b[9:12], []byte{0, 0x5e, 0xfe}):
		return []netip.Addr{tail}
	}
	return nil
}

// CheckURL says what is wrong with an endpoint's URL, as far as the text tells.
func (g Guard) CheckURL(text string) *sms.Error {
	bad := func(why string) *sms.Error { return sms.InvalidField("url", why) }
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return bad("cannot be read; write it like http://127.0.0.1:3000/webhooks")
	case u.Scheme != "http" && u.Scheme != "https":
		return bad("must begin with http:// or https://")
	case u.User != nil:
		return bad("must not hold a user name or password")
	case u.Hostname() == "":
		return bad("has no host; write it like http://127.0.0.1:3000/webhooks")
	case u.Fragment != "":
		return bad("must not hold a fragment")
	}
	port, ok := portOf(u)
	if !ok {
		return bad("has a port that is not one; write 1 to 65535")
	}
	if looksNumeric(u.Hostname()) && net.ParseIP(u.Hostname()) == nil {
		return bad("has a host that is a number in disguise; write the address in full, like 127.0.0.1")
	}
	ip, err := netip.ParseAddr(u.Hostname())
	if err != nil {
		return nil // a name: checked when it is dialled
	}
	if err := g.check(netip.AddrPortFrom(ip, port)); err != nil {
		return bad("is refused: " + err.Error())
	}
	return nil
}

func portOf(u *url.URL) (uint16, bool) {
	switch {
	case u.Port() != "":
		n, err := strconv.ParseUint(u.Port(), 10, 16)
		return uint16(n), err == nil && n > 0
	case u.Scheme == "https":
		return 443, true
	}
	return 80, true
}

// looksNumeric spots decimal, octal, hexadecimal and shortened IPv4 spellings:
// a host whose last label is a number is an address, never a name.
func looksNumeric(host string) bool {
	last := host[strings.LastIndexByte(strings.TrimSuffix(host, "."), '.')+1:]
	last = strings.TrimSuffix(strings.ToLower(last), ".")
	if hex, ok := strings.CutPrefix(last, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return last != "" && strings.Trim(last, "0123456789") == ""
}
