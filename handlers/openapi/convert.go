//go:build ignore

// Convert merges the parts of the description, spec/*.yaml, and writes
// openapi.json, or the file that is named as its argument.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oasdiff/yaml"
)

func main() {
	to := "openapi.json"
	if len(os.Args) > 1 {
		to = os.Args[1]
	}
	if err := convert("spec", to); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func convert(from, to string) error {
	files, err := filepath.Glob(filepath.Join(from, "*.yaml"))
	if err != nil {
		return err
	}
	whole := map[string]any{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		text, err = yaml.YAMLToJSON(text)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		var part map[string]any
		if err := json.Unmarshal(text, &part); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if err := merge(whole, part, file); err != nil {
			return err
		}
	}
	text, err := json.Marshal(whole)
	if err != nil {
		return err
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return err
	}
	body, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, body, "", "  "); err != nil {
		return err
	}
	out.WriteByte('\n')
	return os.WriteFile(to, out.Bytes(), 0o644)
}

// merge adds part to whole: objects member by member, lists one after the other.
// A member that stands in both and is neither is a fault.
func merge(whole, part map[string]any, at string) error {
	for name, v := range part {
		was, both := whole[name]
		if !both {
			whole[name] = v
			continue
		}
		switch was := was.(type) {
		case map[string]any:
			more, ok := v.(map[string]any)
			if !ok {
				return fmt.Errorf("%s/%s is not an object everywhere", at, name)
			}
			if err := merge(was, more, at+"/"+name); err != nil {
				return err
			}
		case []any:
			more, ok := v.([]any)
			if !ok {
				return fmt.Errorf("%s/%s is not a list everywhere", at, name)
			}
			whole[name] = append(was, more...)
		default:
			return fmt.Errorf("%s/%s stands twice", at, name)
		}
	}
	return nil
}
