package recording

import "testing"

func TestWithoutCredentials(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"nothing of the kind, +1 801 234 9876, ana@corp.io": "nothing of the kind, +1 801 234 9876, ana@corp.io",
		"postgres://app:hunter2@db/x?token=abcd&a=b":        "postgres://REDACTED@db/x?token=REDACTED&a=b",
		"a sk_live_0123456789 and Bearer 0123456789":        "a REDACTED and Bearer REDACTED",
		"signature: 0123 REDACTED REDACTED-01234567":        "signature: REDACTED REDACTED REDACTED",
	} {
		got := WithoutCredentials(text)
		if got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
		if again := WithoutCredentials(got); again != got {
			t.Errorf("%q becomes %q the second time", got, again)
		}
	}
}
