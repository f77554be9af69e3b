package contracts

import (
	"fmt"
	"strings"

	"github.com/switchhook/switchhook/contracts/jsonpointer"
)

// basis is what stands nearest above a pointer into the document.
func (c *Contract) basis(pointer string) Basis {
	if known, ok := c.bases.Load(pointer); ok {
		return known.(Basis)
	}
	var nearest Basis
	c.above(pointer, func(object map[string]any) {
		if evidence, ok := object["x-evidence"].(string); ok {
			nearest = Basis{Evidence: evidence}
			nearest.Source, _ = object["x-source"].(string)
			nearest.Date, _ = object["x-date"].(string)
		}
	})
	c.bases.Store(pointer, nearest)
	return nearest
}

// sensitive reports whether a value that a pointer's schema speaks of must not
// be quoted.
func (c *Contract) sensitive(pointer string) bool {
	found := false
	c.above(pointer, func(object map[string]any) {
		_, marked := object["x-sensitive"]
		found = found || marked
	})
	return found
}

// above calls visit with every object from the root down to a pointer.
func (c *Contract) above(pointer string, visit func(object map[string]any)) {
	var v any = c.raw
	for _, token := range append(jsonpointer.Tokens(pointer), "") {
		if object, ok := v.(map[string]any); ok {
			visit(object)
		}
		next, ok := jsonpointer.Step(v, token)
		if !ok {
			return
		}
		v = next
	}
}

// Evidence writes what every rule of a contract rests on, as Markdown: the
// rules about behaviour, then its operations and webhooks.
func (c *Contract) Evidence() string {
	var b strings.Builder
	b.WriteString("<!-- Generated from openapi.yaml beside it (go test ./contracts -run TestEvidence -update); do not edit. -->\n\n")
	preface := strings.TrimSpace(jsonpointer.Text(c.raw, "#/x-preface"))
	if !strings.HasPrefix(preface, "# ") {
		fmt.Fprintf(&b, "# %s: what each rule rests on\n\n", jsonpointer.Text(c.raw, "#/info/title"))
	}
	b.WriteString(preface + "\n")
	sections, _ := jsonpointer.At(c.raw, "#/x-rules")
	list, _ := sections.([]any)
	for _, section := range list {
		writeSection(&b, section)
	}
	writeOperations(&b, "Operations", c.operations)
	writeOperations(&b, "Types of webhook", c.webhooks)
	return b.String()
}

func writeSection(b *strings.Builder, section any) {
	fmt.Fprintf(b, "\n## %s\n\n", jsonpointer.Text(section, "#/section"))
	b.WriteString("| rule | evidence | source | switch |\n|---|---|---|---|\n")
	found, _ := jsonpointer.At(section, "#/rules")
	rules, _ := found.([]any)
	for _, rule := range rules {
		evidence := jsonpointer.Text(rule, "#/evidence")
		if note := jsonpointer.Text(rule, "#/note"); note != "" {
			if !strings.HasPrefix(note, ";") && !strings.HasPrefix(note, ",") {
				evidence += " "
			}
			evidence += note
		}
		writeRow(b, jsonpointer.Text(rule, "#/rule"), evidence, jsonpointer.Text(rule, "#/source"), jsonpointer.Text(rule, "#/switch"))
	}
}

func writeOperations(b *strings.Builder, title string, all []*Operation) {
	if len(all) == 0 {
		return
	}
	fmt.Fprintf(b, "\n## %s\n\n", title)
	b.WriteString("| operation | what it does | evidence | source | date |\n|---|---|---|---|---|\n")
	for _, o := range all {
		name := o.Method + " " + o.Path
		writeRow(b, "`"+name+"`", o.Summary, o.Basis.Evidence, o.Basis.Source, o.Basis.Date)
	}
}

// writeRow writes one row of a table. Text keeps its Markdown; a bar in it is
// written so that it does not end its cell.
func writeRow(b *strings.Builder, cells ...string) {
	for _, cell := range cells {
		cell = strings.Join(strings.Fields(cell), " ")
		cell = strings.ReplaceAll(strings.ReplaceAll(cell, `\|`, "|"), "|", `\|`)
		if cell == "" {
			b.WriteString("| ")
			continue
		}
		b.WriteString("| " + cell + " ")
	}
	b.WriteString("|\n")
}
