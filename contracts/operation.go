package contracts

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Operation is one thing that an application can ask for, or one webhook.
type Operation struct {
	Method  string
	Path    string   // "/v3/groups/{id}"; of a webhook its type
	Also    []string // other spellings of the path
	Summary string
	Basis   Basis

	contract   *Contract
	pointer    string // "#/paths/~1v3~1groups~1{id}/get"
	webhook    bool
	inQuery    bool // x-form-in-query: the fields of a form may stand in the query
	parameters []parameter
	security   [][]credential // one of these lists must be there in full
	body       *content       // nil: no body is read
	answers    map[string]answer
}

// String names o as findings do: "POST /v3/send", "webhook message.received".
func (o *Operation) String() string {
	if o.webhook {
		return "webhook " + o.Path
	}
	return o.Method + " " + o.Path
}

// Pointer is where o stands in the document, as "#/paths/…".
func (o *Operation) Pointer() string { return o.pointer }

// Contract is the one that o is of.
func (o *Operation) Contract() *Contract { return o.contract }

// Spec is o in the typed document, which the first such call makes; nil only
// if that document is not valid, which Parse refuses.
func (o *Operation) Spec() *openapi3.Operation {
	document := o.contract.Document()
	switch {
	case document == nil:
		return nil
	case o.webhook:
		return document.Webhooks[o.Path].GetOperation(o.Method)
	}
	return document.Paths.Value(o.Path).GetOperation(o.Method)
}

// parameter is one of path, query or header; an answer's headers are as well.
type parameter struct {
	name     string // headers: in canonical form
	in       string
	required bool
	joined   bool // several values stand in one text, with commas
	pointer  string
	schema   *schema // nil: anything
}

// credential is what a security scheme asks for.
type credential struct {
	name, in string // a header or a query parameter
	scheme   string // "basic " and the like; "" is anything
	pointer  string
}

// content is a body: one schema per media type.
type content struct {
	pointer  string
	required bool
	media    []media
}

type media struct {
	name    string // "application/json", "image/*"
	pointer string
	schema  *schema // nil: anything
}

// answer is what one status promises.
type answer struct {
	pointer string
	headers []parameter
	body    *content // nil: no body
}

// answerTo is what o promises for a status.
func (o *Operation) answerTo(status int) (answer, bool) {
	text := strconv.Itoa(status)
	for _, key := range [...]string{text, text[:1] + "XX", "DEFAULT"} {
		if a, ok := o.answers[key]; ok {
			return a, true
		}
	}
	return answer{}, false
}

// statuses are those that o promises, for people.
func (o *Operation) statuses() string {
	var all []string
	for status := range o.answers {
		all = append(all, strings.ToLower(status))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// Example is an answer of o with a status as the document shows it; false if it
// shows none.
func (o *Operation) Example(status int) (contentType string, body []byte, ok bool) {
	promised, known := o.answerTo(status)
	if !known || promised.body == nil {
		return "", nil, false
	}
	for _, media := range promised.body.media {
		n := o.contract.node(media.pointer)
		value, found := n.object["example"]
		for _, name := range n.under("examples").names() {
			if !found {
				value, found = n.under("examples", name).object["value"]
			}
		}
		if text, isText := value.(string); found && isText {
			return media.name, []byte(text), true
		}
		if text, err := json.Marshal(value); found && err == nil && strings.HasSuffix(media.name, "json") {
			return media.name, text, true
		}
	}
	return "", nil, false
}

// mayAnswer reports whether the answer to a method has a body.
func mayAnswer(method string, status int) bool {
	return method != http.MethodHead && status != http.StatusNoContent && status != http.StatusNotModified
}

func sortOperations(all []*Operation) {
	slices.SortFunc(all, func(a, b *Operation) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
	})
}
