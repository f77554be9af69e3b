package bundle_test

import (
	"strings"
	"testing"

	"github.com/switchhook/switchhook/scenarios/bundle"
	"github.com/switchhook/switchhook/scenarios/sut"
)

// written is sut.yaml as it stands in a file of a run.
func written(t *testing.T, text string) string {
	t.Helper()
	b := whole(t)
	b.SUT = text
	data, err := bundle.Format(b)
	if err != nil {
		t.Fatal(err)
	}
	again, err := bundle.Parse("x.run.txtar", data)
	if err != nil {
		t.Fatal(err)
	}
	return again.SUT
}

func TestSecretsAreNotWritten(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ text, want string }{
		"plain": {
			"name: x\nenv: # of the shop\n  API_KEY: abc # ours\n  PORT: 80\nquiet: 50ms\n",
			"name: x\nenv: # of the shop\n  API_KEY: \"REDACTED\" # ours\n  PORT: 80\nquiet: 50ms\n",
		},
		"by other names": {
			"env: {dbPassword: a1, signing-secret: 'it''s', \"AUTH\": \"a\\\"b\", JWT: 7, TOKENS: [a, b], KEYRING: c}\n",
			"env: {dbPassword: \"REDACTED\", signing-secret: \"REDACTED\", \"AUTH\": \"REDACTED\", JWT: \"REDACTED\", TOKENS: [\"REDACTED\", \"REDACTED\"], KEYRING: c}\n",
		},
		"several lines": {
			"env:\n  PRIVATE_KEY: |- # in PEM\n    -----BEGIN\n\n    a b\n  MY_TOKEN: >\n    c\n    d\n\n  PASSWORD: one\n    two\n  SECRET: \"e\n    f\"\n  AUTH:\n    below\n  A: b\n",
			"env:\n  PRIVATE_KEY: \"REDACTED\"\n  MY_TOKEN: \"REDACTED\"\n\n  PASSWORD: \"REDACTED\"\n  SECRET: \"REDACTED\"\n  AUTH:\n    \"REDACTED\"\n  A: b\n",
		},
		"beside other letters": {
			"\xef\xbb\xbfname: café\r\nenv: {ÄÖ: é, KEY: éa, K: é}\r\n",
			"\xef\xbb\xbfname: café\r\nenv: {ÄÖ: é, KEY: \"REDACTED\", K: é}\r\n",
		},
		"anchors and tags": {
			"env:\n  BASE: &k !!str abc\n  API_KEY: *k\n  OTHER_KEY: *k\n",
			"env:\n  BASE: &k !!str \"REDACTED\"\n  API_KEY: *k\n  OTHER_KEY: *k\n",
		},
		"with a placeholder": {
			"env: {API_KEY: \"shop-{{surge.key}}\", URL: \"http://bob:hunter2@{{surge.url}}\"}\n",
			"env: {API_KEY: \"REDACTED\", URL: \"http://REDACTED@{{surge.url}}\"}\n",
		},
		"by its looks": {
			"env: {DB: \"postgres://app:hunter2@db/x\", EXTRA: \"Bearer abc\", HOOK: whsec_0123456789abcdef}\n",
			"env: {DB: \"postgres://REDACTED@db/x\", EXTRA: \"Bearer REDACTED\", HOOK: \"REDACTED\"}\n",
		},
		"start": {
			"start: [app, --api-key, abc, --bug, late, --token=abcd, -H, 'Authorization: Token ab', \"bearer ab\"]\n",
			"start: [app, --api-key, \"REDACTED\", --bug, late, \"--token=REDACTED\", -H, \"Authorization: REDACTED\", \"bearer REDACTED\"]\n",
		},
		"send and queue": {
			"send: {request: {path: /n, header: {Authorization: Bearer a, X-Api-Key: b, X-Ref: \"{{ref}}\", X-Who: Bearer c}}}\nqueue:\n  request: {path: /q, header: {Cookie: s=1}, json: {auth: {user: u}}}\n",
			"send: {request: {path: /n, header: {Authorization: \"REDACTED\", X-Api-Key: \"REDACTED\", X-Ref: \"{{ref}}\", X-Who: \"Bearer REDACTED\"}}}\nqueue:\n  request: {path: /q, header: {Cookie: \"REDACTED\"}, json: {auth: {user: \"REDACTED\"}}}\n",
		},
		"addresses": {
			"ready: http://127.0.0.1:{{port}}/healthz?token=abcd\nwebhooks: {surge: \"http://a:b@127.0.0.1:{{port}}/\"}\n",
			"ready: \"http://127.0.0.1:{{port}}/healthz?token=REDACTED\"\nwebhooks: {surge: \"http://REDACTED@127.0.0.1:{{port}}/\"}\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := written(t, tt.text)
			if got != tt.want {
				t.Errorf("it is written as\n%swant\n%s", got, tt.want)
			}
			if again := written(t, got); again != got {
				t.Errorf("written again it is\n%s", again)
			}
		})
	}
}

// Placeholders are no secrets, and what the application promises is what the
// record is judged by.
func TestTheRestIsWrittenAsItIs(t *testing.T) {
	t.Parallel()
	const text = `# token: of the year
env:
  SURGE_API_KEY: "{{surge.key}}"
  AUTHORIZATION: 'Basic {{exotel.key}}:{{ exotel.token }}'
  EXOTEL_URL: "http://{{exotel.key}}:{{exotel.token}}@127.0.0.1"   # by name and password
  SECRET:
  PORT:   "{{port}}"
start: [sh, -c, "app --token={{surge.key}} -H 'Authorization: Bearer {{surge.key}}'"]
replies:
  - {to: "password: hunter2", expect: 1}
opt_out: {confirms: 0, words: [bearer]}
`
	if got := written(t, text); got != text {
		t.Errorf("it is written as\n%s", got)
	}
	if _, err := sut.Parse("sut.yaml", []byte(text)); err != nil {
		t.Errorf("it is none that anybody has: %v", err)
	}
}

// Of what is not YAML nobody can say what is secret in it.
func TestTornDescriptionIsLeftOut(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"env: {API_KEY: abc", "env: {API_KEY: abc}\n---\nenv: {}\n", "\xff", "#\n"} {
		if got := written(t, text); strings.TrimSpace(got) != "" {
			t.Errorf("%q is written as %q", text, got)
		}
	}
}
