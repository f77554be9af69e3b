package playback

import (
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/switchhook/switchhook/contracts/recording"
)

// values fills the placeholders: as they are given, as the recording shows
// them, and with URLs that lead here.
func (p *player) values(here string) map[string]string {
	out := maps.Clone(p.o.Values)
	if out == nil {
		out = map[string]string{}
	}
	provider := p.o.Contract.Name()
	if out[provider+".url"] == "" {
		out[provider+".url"] = here + "/" + provider
	}
	for name, v := range out {
		if u, err := url.Parse(v); err == nil && strings.HasSuffix(name, ".url") {
			out[name] = here + u.Path
		}
	}
	for name, v := range p.shown(out) {
		out[provider+"."+name] = v
	}
	return out
}

// shown are placeholders of the provider's whose value the recording shows: an
// account in the path of calls, and the lines that were texted.
func (p *player) shown(known map[string]string) map[string]string {
	out, counts := map[string]string{}, map[string]map[string]int{}
	provider := p.o.Contract.Name() + "."
	var lines []string
	for _, it := range p.script.items {
		for _, line := range it.message.Roles("x-mo", "line") {
			if !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
		for name := range known {
			name, ours := strings.CutPrefix(name, provider)
			if v := it.path(name); ours && it.isCall() && v != "" {
				if counts[name] == nil {
					counts[name] = map[string]int{}
				}
				counts[name][v]++
			}
		}
	}
	for name, values := range counts {
		for _, v := range slices.Sorted(maps.Keys(values)) {
			if out[name] == "" || values[v] > values[out[name]] {
				out[name] = v
			}
		}
	}
	if known[provider+"number"] != "" && !slices.Contains(lines, known[provider+"number"]) {
		maps.Copy(out, numbered(lines, known[provider+"number"]))
	}
	return out
}

// path is a parameter of the path that a placeholder is named after: account of
// account_id.
func (it *item) path(name string) string {
	for _, spelling := range []string{name, name + "_id", name + "Id"} {
		if v := it.message.Path(spelling); v != "" {
			return v
		}
	}
	return ""
}

// numbered are lines as number, number2 and so on, where they are written as
// the application is used to.
func numbered(lines []string, usual string) map[string]string {
	out := map[string]string{}
	for _, line := range lines {
		if strings.HasPrefix(line, "+") != strings.HasPrefix(usual, "+") {
			continue
		}
		name := "number"
		if len(out) > 0 {
			name += strconv.Itoa(len(out) + 1)
		}
		out[name] = line
	}
	return out
}

// hooks knows where webhooks go.
type hooks struct {
	to   *url.URL // of the application
	base string   // where the paths of the recorded ones begin
}

func newHooks(to string, s *script) (hooks, error) {
	u, err := url.Parse(to)
	if err != nil {
		return hooks{}, fmt.Errorf("the webhooks' URL cannot be read: %w", err)
	}
	if err := local(u); err != nil {
		return hooks{}, err
	}
	h, found := hooks{to: u}, false
	for _, it := range s.items {
		at, err := url.Parse(it.Request.URL)
		if it.Direction != recording.Webhook || err != nil {
			continue
		}
		path := strings.TrimRight(at.Path, "/")
		if !found {
			h.base, found = path, true
		}
		for h.base != "" && path != h.base && !strings.HasPrefix(path, h.base+"/") {
			h.base = h.base[:strings.LastIndexByte(h.base, '/')]
		}
	}
	return h, nil
}

// local refuses what is not on this machine: a recording is no reason to reach
// out for anybody.
func local(u *url.URL) error {
	ip := net.ParseIP(u.Hostname())
	if u.Hostname() == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return fmt.Errorf("%s is not on this machine; recordings are played to applications on 127.0.0.1 only", u.Host)
}

// address is where a recorded webhook goes: what its path has more than the
// others goes behind the path that the application declares.
func (h hooks) address(recorded string) (string, error) {
	at, err := url.Parse(recorded)
	if err != nil {
		return "", err
	}
	to := *h.to
	rest := strings.TrimPrefix(at.Path, h.base)
	if h.base == "" {
		to.Path, rest = at.Path, ""
	}
	to.Path += rest
	query := at.Query()
	for name, own := range h.to.Query() {
		query[name] = own
	}
	to.RawQuery = query.Encode()
	if len(h.to.Query()) == 0 {
		to.RawQuery = at.RawQuery
	}
	return to.String(), nil
}
