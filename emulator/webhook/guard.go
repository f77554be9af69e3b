package webhook

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
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
	ip := embedded(at.Addr().Unmap().WithZone(""))
	if g.Deny != nil && g.Deny(netip.AddrPortFrom(ip, at.Port())) {
		return &BlockedError{at.String(), "it is this emulator itself"}
	}
	if ip.IsLinkLocalUnicast() || ip.IsUnspecified() || ip.IsMulticast() {
		return &BlockedError{at.String(), "link-local, unspecified and multicast addresses are never allowed"}
	}
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

// embedded is the IPv4 address that an IPv6 address only wraps (6to4, NAT64,
// IPv4-compatible), or the address itself.
func embedded(ip netip.Addr) netip.Addr {
	if !ip.Is6() {
		return ip
	}
	b := ip.As16()
	switch {
	case b[0] == 0x20 && b[1] == 0x02:
		return netip.AddrFrom4([4]byte(b[2:6]))
	case strings.HasPrefix(ip.String(), "64:ff9b:"):
		return netip.AddrFrom4([4]byte(b[12:16]))
	case !ip.IsLoopback() && !ip.IsUnspecified() && [12]byte(b[:12]) == [12]byte{}:
		return netip.AddrFrom4([4]byte(b[12:16]))
	}
	return ip
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
	if looksNumeric(u.Hostname()) && net.ParseIP(u.Hostname()) == nil {
		return bad("has a host that is a number in disguise; write the address in full, like 127.0.0.1")
	}
	ip, err := netip.ParseAddr(u.Hostname())
	if err != nil {
		return nil // a name: checked when it is dialled
	}
	port := uint16(80)
	if u.Port() != "" {
		at, err := netip.ParseAddrPort(net.JoinHostPort("::", u.Port()))
		if err != nil {
			return bad("has a port that is not one")
		}
		port = at.Port()
	}
	if err := g.check(netip.AddrPortFrom(ip, port)); err != nil {
		return bad("is refused: " + err.Error())
	}
	return nil
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
