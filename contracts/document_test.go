package contracts

import (
	"fmt"
	"strings"
	"testing"
)

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	const head = "openapi: 3.1.0\ninfo: {title: T, version: \"1\"}\n"
	bomb := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for i := 'b'; i <= 'j'; i++ {
		bomb += fmt.Sprintf("%c: &%c [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c,", i-1), 10), ","))
	}
	for _, test := range []struct{ name, text, want string }{
		{"nothing", "", "the document is empty"},
		{"no YAML", head + "paths: [", "line 4"},
		{"no map", "- a\n", "line 1: the document must be a map"},
		{"a key twice", head + "paths: {}\npaths: {}\n", "line 4"},
		{"a key that is no text", head + "? [a]\n: b\n", "line 3: a key must be plain text"},
		{"a merge key", "a: &a {b: c}\nd: {<<: *a}\n", "line 2: a key must be plain text"},
		{"an alias bomb", bomb, "alias"},
		{"an alias to itself", "a: &a [*a]\n", "a"},
		{"too large", strings.Repeat(" ", maxDocument+1), "at most 8388608 are read"},
		{"too deep", "a: " + strings.Repeat("[", 200) + strings.Repeat("]", 200), "nested more than 128 levels"},
		{"another version", strings.Replace(head, "3.1.0", "3.0.3", 1) + "paths: {}\n", `it is OpenAPI "3.0.3"; write 3.1.0`},
		{"not OpenAPI", "a: b\n", "it is OpenAPI \"\""},
		{"a path that no mux takes", head + "paths:\n  /a/{id}.json:\n    get: {responses: {\"200\": {description: d}}}\n", `line 5: #/paths/~1a~1{id}.json/get: the path "/a/{id}.json" cannot be matched`},
		{"two paths that clash", head + "paths:\n  /a/{x}:\n    get: {responses: {\"200\": {description: d}}}\n  /a/{y}:\n    get: {responses: {\"200\": {description: d}}}\n", "line 7: "},
		{"spellings", head + "paths:\n  /a:\n    x-also: [7]\n    get: {responses: {\"200\": {description: d}}}\n", "line 5: #/paths/~1a/x-also: it must be a list of paths"},
		{"a scheme", head + "paths: {}\nx-signature:\n  - scheme: rot13\n", `line 5: #/x-signature/0: the scheme "rot13" is not known`},
		{"a scheme without a header", head + "paths: {}\nx-signature:\n  - scheme: body-hmac\n", "it needs header"},
		{"schemes", head + "paths: {}\nx-signature: rot13\n", "line 4: #/x-signature: it must be a list"},
		{"a bad pattern", head + "paths:\n  /a:\n    get: {parameters: [{name: b, in: query, schema: {type: string, pattern: \"(\"}}], responses: {\"200\": {description: d}}}\n", "error parsing regexp"},
		{"a reference to nowhere", head + "paths:\n  /a:\n    get: {parameters: [{$ref: \"#/components/parameters/B\"}], responses: {\"200\": {description: d}}}\n", "B"},
		{"a reference to a file", head + "paths:\n  /a:\n    get: {parameters: [{name: b, in: query, schema: {$ref: \"/etc/passwd\"}}], responses: {\"200\": {description: d}}}\n", "passwd"},
		{"a reference to itself", head + "paths:\n  /a: {$ref: \"#/paths/~1a\"}\n", "line 4: #/paths/~1a: it refers to itself"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse("hostile", []byte(test.text))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error is %v, want one with %q", err, test.want)
			}
			if err != nil && !strings.Contains(err.Error(), "contract hostile: ") {
				t.Errorf("the error %v does not name the contract", err)
			}
		})
	}
}

func TestDocumentIsReadAsJSONWouldBe(t *testing.T) {
	t.Parallel()
	value, _, err := readYAML([]byte("a: 2026-11-20\nb: yes\nc: 0x10\nd: 1.50\n200: ~\ne: .inf\nf: &f {g: true}\nh: *f\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := `map[200:<nil> a:2026-11-20 b:yes c:0x10 d:1.50 e:.inf f:map[g:true] h:map[g:true]]`
	if got := fmt.Sprint(value); got != want {
		t.Errorf("it reads %s, want %s", got, want)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("openapi: 3.1.0\ninfo: {title: T, version: \"1\"}\npaths: {}\n"))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("paths: {/a: {get: {parameters: [null], responses: {\"200\": null}}}}\nwebhooks: {b: 7}\nx-signature: [null]\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Parse("fuzz", text)
		if (c == nil) == (err == nil) {
			t.Fatalf("contract %v, error %v", c, err)
		}
		if c != nil {
			c.CheckWebhook(Webhook{Request: Request{Body: text}})
			_ = c.Evidence()
		}
	})
}
