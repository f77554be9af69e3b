package report

import (
	"bytes"
	"cmp"
	"embed"
	"encoding/json"
	"html/template"
	"io"
	"strconv"
	"strings"

	"github.com/switchhook/switchhook/emulator/journal"
)

//go:embed html
var htmlFiles embed.FS

var htmlPage = template.Must(template.New("").Funcs(template.FuncMap{"plain": Plain}).ParseFS(htmlFiles, "html/*.gohtml"))

// mostHTML is the size of an HTML report above which timelines are left out.
const mostHTML = 20 << 20

// HTML writes the run as one file that needs nothing else: no other file, no
// network. Timelines that would make it larger than 20 MB are left out, those
// of passed pages first, and the file says so. Its script draws nothing that
// came from outside but as text.
func HTML(w io.Writer, r Run, o Options) error {
	v := r.view(o)
	var b bytes.Buffer
	if err := htmlPage.ExecuteTemplate(&b, "report", v); err != nil {
		return err
	}
	if err := v.timelines(r, cmp.Or(o.MaxHTML, mostHTML)-b.Len()); err != nil {
		return err
	}
	b.Reset()
	if err := htmlPage.ExecuteTemplate(&b, "report", v); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// timelines draws the records, worst verdicts first, as long as there is room.
func (v *htmlRun) timelines(r Run, room int) error {
	for _, h := range v.Results {
		i, _ := strconv.Atoi(strings.TrimPrefix(h.ID, "r"))
		result := r.Results[i]
		if !h.Drawn {
			continue
		}
		c := draw(result)
		for _, p := range c.Rows {
			if p.Evidence > 0 {
				h.Evidence = append(h.Evidence, htmlEvidence{p.Evidence, p.Index, evidenceText(p)})
			}
			if p.Fresh {
				h.Fresh++
			}
			if p.Shape == ghost {
				h.Gone++
			}
		}
		h.Compared = len(result.Baseline) > 0
		drawn, err := drawnTimeline(h.ID, c, result.Entries)
		if err != nil {
			return err
		}
		if len(drawn) > room {
			v.LeftOut++
			continue
		}
		room -= len(drawn)
		h.Timeline = template.HTML(drawn)
	}
	return nil
}

// evidenceText is a row in a list.
func evidenceText(p place) string {
	_, text, _ := strings.Cut(p.Label, ": ")
	return text
}

// drawnTimeline is a chart and the raw entries behind it.
func drawnTimeline(id string, c chart, entries []journal.Entry) (string, error) {
	rows := map[uint64]bool{}
	for _, p := range c.Rows {
		for _, seq := range p.Seqs {
			rows[seq] = true
		}
	}
	behind := map[string]rawEntry{}
	for _, e := range entries {
		if rows[e.Seq] {
			behind[strconv.FormatUint(e.Seq, 10)] = raw(e, entries[0])
		}
	}
	data, err := json.Marshal(behind)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	err = htmlPage.ExecuteTemplate(&b, "timeline", struct {
		chart
		ID  string
		Raw json.RawMessage
	}{c, id, data})
	return b.String(), err
}
