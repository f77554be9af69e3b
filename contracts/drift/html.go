package drift

import (
	_ "embed"
	"html/template"
	"io"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("drift").Parse(pageText))

// table is what one operation differs in.
type table struct {
	Operation string
	Rows      []Difference
}

// WriteHTML writes a report as one page that needs nothing else. of is what the
// recording is called.
func WriteHTML(w io.Writer, of string, r Report) error {
	var tables []table
	for _, d := range r.Differences {
		if n := len(tables); n == 0 || tables[n-1].Operation != d.Operation {
			tables = append(tables, table{Operation: d.Operation})
		}
		last := &tables[len(tables)-1]
		last.Rows = append(last.Rows, d)
	}
	return page.Execute(w, struct {
		Report
		Of     string
		Tables []table
	}{r, of, tables})
}
