package jsonpointer_test

import (
	"encoding/json"
	"slices"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/switchhook/switchhook/contracts/jsonpointer"
)

const text = `{"a": {"b/c": ["x", {"~1": "y"}], "": "empty"}, "n": 1}`

func TestAt(t *testing.T) {
	t.Parallel()
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	var root yaml.Node
	if err := yaml.Load([]byte(text), &root); err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]string{
		"/a/b~1c/0": "x", "#/a/b~1c/1/~01": "y", "/a/": "empty",
		"/n": "", "/a/b~1c/2": "", "/a/b~1c/-1": "", "/none": "", "/n/1": "", "": "", "#": "",
	} {
		if got := jsonpointer.Text(value, at); got != want {
			t.Errorf("%q leads to %q; want %q", at, got, want)
		}
		_, there := jsonpointer.At(value, at)
		n := root.Content[0]
		for _, token := range jsonpointer.Tokens(at) {
			if _, n = jsonpointer.Node(n, token); n == nil {
				break
			}
		}
		if (n != nil) != there || want != "" && n.Value != want {
			t.Errorf("%q leads to the node %v; want %q", at, n, want)
		}
	}
}

func TestJoin(t *testing.T) {
	t.Parallel()
	tokens := []string{"a/b", "~1", "", "7"}
	if got := jsonpointer.Join("#", tokens...); got != "#/a~1b/~01//7" || !slices.Equal(jsonpointer.Tokens(got), tokens) {
		t.Errorf("joined %q", got)
	}
}

func TestNodeBehindAnAlias(t *testing.T) {
	t.Parallel()
	var root yaml.Node
	if err := yaml.Load([]byte("a: &x {b: 1}\nc: *x\n"), &root); err != nil {
		t.Fatal(err)
	}
	_, alias := jsonpointer.Node(root.Content[0], "c")
	if key, value := jsonpointer.Node(alias, "b"); key == nil || key.Value != "b" || value.Value != "1" {
		t.Errorf("%v: %v", key, value)
	}
}
