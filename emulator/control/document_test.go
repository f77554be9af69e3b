package control

import (
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"github.com/switchhook/switchhook/client"
	"github.com/switchhook/switchhook/emulator/journal"
	"github.com/switchhook/switchhook/emulator/sms"
)

// loadDocument is the document as a reader of it sees it.
func loadDocument(t testing.TB) *openapi3.T {
	t.Helper()
	data, err := document("1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestDocumentIsValid(t *testing.T) {
	t.Parallel()
	doc := loadDocument(t)
	if err := doc.Validate(t.Context(), openapi3.IsOpenAPI31OrLater()); err != nil {
		t.Fatal(err)
	}
	if doc.Info.Version != "1.2.3" {
		t.Errorf("the version is %q, want the product's", doc.Info.Version)
	}
}

// operation is what table and document must agree on.
type operation struct {
	Summary string
	Query   []string
	Open    bool // needs no token
	Root    bool // belongs to no sandbox
	Top     bool // served at the top level too
}

func TestRoutesAndDocumentAgree(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(operationsOfTable(), operationsOfDocument(loadDocument(t))); diff != "" {
		t.Errorf("the route table (-) and openapi.yaml (+) differ:\n%s", diff)
	}
}

func operationsOfTable() map[string]operation {
	all := map[string]operation{}
	for _, r := range rootRoutes() {
		all[r.Method+" "+r.Path] = operation{r.Summary, sorted(r.Query), r.Health, true, r.Health}
	}
	for _, r := range worldRoutes(heartbeat) {
		all[r.Method+" "+r.Path] = operation{r.Summary, sorted(r.Query), false, false, false}
	}
	return all
}

func operationsOfDocument(doc *openapi3.T) map[string]operation {
	all := map[string]operation{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			is := operation{Summary: op.Summary, Query: queryOf(item, op), Root: len(item.Servers) > 0}
			is.Open = op.Security != nil && len(*op.Security) == 1 && len((*op.Security)[0]) == 0
			is.Top = slices.ContainsFunc(item.Servers, func(s *openapi3.Server) bool { return s.URL == "/" })
			all[method+" "+path] = is
		}
	}
	return all
}

func queryOf(item *openapi3.PathItem, op *openapi3.Operation) []string {
	var names []string
	for _, p := range slices.Concat(item.Parameters, op.Parameters) {
		if p.Value.In == openapi3.ParameterInQuery {
			names = append(names, p.Value.Name)
		}
	}
	return sorted(names)
}

func sorted(names []string) []string {
	names = slices.Clone(names)
	slices.Sort(names)
	return names
}

// The path parameters that a route's pattern has are described, and no others.
func TestDocumentDescribesPathParameters(t *testing.T) {
	t.Parallel()
	for path, item := range loadDocument(t).Paths.Map() {
		var want, got []string
		for _, m := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(path, -1) {
			want = append(want, m[1])
		}
		for _, p := range item.Parameters {
			got = append(got, p.Value.Name)
		}
		if !slices.Equal(want, got) {
			t.Errorf("%s describes the path parameters %v, want %v", path, got, want)
		}
	}
}

// Every schema has exactly the fields of the Go type that is written or read.
func TestSchemasHaveTheFieldsOfTheTypes(t *testing.T) {
	t.Parallel()
	doc := loadDocument(t)
	for name, of := range map[string]any{
		"Health": client.Health{}, "SandboxOptions": client.SandboxOptions{}, "ClockOptions": client.ClockOptions{},
		"Clock": client.Clock{}, "Advance": client.Advance{}, "Settle": client.Settle{}, "Move": client.Move{},
		"Handset": client.Handset{}, "Behaviour": client.Behaviour{}, "Text": client.Text{}, "Webhooks": client.Webhooks{},
		"JournalPage": client.JournalPage{}, "Wait": client.Wait{}, "Where": client.Where{}, "Waited": client.Waited{},
		"Note": client.Note{}, "Problem": client.Problem{},
		"Message": sms.Message{}, "Media": sms.Media{}, "Step": sms.Step{}, "Conversation": sms.Conversation{},
		"Contact": sms.Contact{}, "OptOut": sms.OptOut{}, "HandsetState": sms.Handset{}, "Event": sms.Event{},
		"Endpoint": sms.Endpoint{}, "Account": sms.Account{}, "Document": sms.Document{}, "Line": sms.Line{},
		"Entry": journal.Entry{}, "Call": journal.Call{}, "Header": journal.Header{}, "Attempt": journal.Attempt{},
		"ClockMoved": journal.Clock{}, "SwitchesSet": journal.Switches{}, "Process": journal.Process{},
		"Probe": journal.Probe{}, "Finding": journal.Finding{}, "Fault": journal.Fault{}, "FaultMatch": journal.FaultMatch{},
	} {
		schema := doc.Components.Schemas[name]
		if schema == nil {
			t.Errorf("there is no schema %s", name)
			continue
		}
		var described []string
		for field := range schema.Value.Properties {
			described = append(described, field)
		}
		if diff := cmp.Diff(sorted(fieldsOf(reflect.TypeOf(of))), sorted(described)); diff != "" {
			t.Errorf("%T (-) and schema %s (+) differ:\n%s", of, name, diff)
		}
	}
}

func fieldsOf(t reflect.Type) []string {
	var names []string
	for f := range t.Fields() {
		if f.Anonymous {
			names = append(names, fieldsOf(f.Type)...)
			continue
		}
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "-" {
			names = append(names, name)
		}
	}
	return names
}

func TestSchemasHaveTheWordsOfTheTypes(t *testing.T) {
	t.Parallel()
	doc := loadDocument(t)
	var faults []journal.FaultKind
	for _, f := range journal.Faults() {
		faults = append(faults, f.Kind)
	}
	for name, want := range map[string][]string{
		"FaultKind":    texts(faults),
		"EntryKind":    texts(journal.Kinds()),
		"NeutralEvent": texts(sms.EventTypes()),
		"Reason":       append(texts(sms.Reasons()), string(sms.Refused)),
		"Direction":    {string(sms.MO), string(sms.MT)},
		"Protocol":     {string(sms.SMS), string(sms.MMS)},
		"Encoding":     {string(sms.GSM7), string(sms.UCS2)},
		"FindingKind":  texts(sms.FindingKinds()),
		"Outcome":      texts([]journal.Outcome{journal.OK, journal.Failure, journal.Unknown}),
		"State":        texts([]sms.State{sms.Scheduled, sms.Accepted, sms.Sending, sms.Sent, sms.Delivered, sms.Failed, sms.Received}),
	} {
		var got []string
		for _, v := range doc.Components.Schemas[name].Value.Enum {
			got = append(got, v.(string))
		}
		if diff := cmp.Diff(sorted(want), sorted(got)); diff != "" {
			t.Errorf("the words of %s (-) and of its schema (+) differ:\n%s", name, diff)
		}
	}
}

func texts[T ~string](words []T) []string {
	var out []string
	for _, w := range words {
		out = append(out, string(w))
	}
	return out
}

// The examples in the document are ones that the API would take.
func TestExamplesOfTheDocument(t *testing.T) {
	t.Parallel()
	for path, item := range loadDocument(t).Paths.Map() {
		for method, op := range item.Operations() {
			if op.RequestBody == nil {
				continue
			}
			media := op.RequestBody.Value.Content["application/json"]
			if media.Example == nil {
				continue
			}
			if err := media.Schema.Value.VisitJSON(media.Example, openapi3.EnableJSONSchema2020()); err != nil {
				data, _ := json.Marshal(media.Example)
				t.Errorf("%s %s: the example %s does not fit: %v", method, path, data, err)
			}
		}
	}
}
