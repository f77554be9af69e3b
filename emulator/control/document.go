package control

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"

	"go.yaml.in/yaml/v4"
)

//go:embed openapi.yaml
var description []byte

// document is the description of this API as JSON.
func document(version string) ([]byte, error) {
	var doc map[string]any
	if err := yaml.Unmarshal(description, &doc); err != nil {
		return nil, fmt.Errorf("read the description of the control API: %w", err)
	}
	if info, ok := doc["info"].(map[string]any); ok && version != "" {
		info["version"] = version
	}
	return json.Marshal(doc)
}

func (a *api) openapi(w http.ResponseWriter, _ *http.Request) error {
	data, err := a.document()
	if err != nil {
		return err
	}
	write(w, http.StatusOK, "application/json", data)
	return nil
}
