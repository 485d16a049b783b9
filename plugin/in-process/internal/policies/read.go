package policies

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Read reads a policies file, or the .yaml, .yml and .json files of a folder, sorted by the bytes of their ids: the order in which
// mutating policies are asked. All problems come at once.
func Read(path string) ([]*Policy, error) {
	files, err := listFiles(path)
	if err != nil {
		return nil, err
	}
	found := &problems{}
	var policies []*Policy
	holdsSomething := false
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			found.add(file, "", "cannot be read: "+err.Error())
			continue
		}
		documents := parseDocuments(file, content, found)
		holdsSomething = holdsSomething || len(documents) > 0
		for _, document := range documents {
			policies = append(policies, document.read()...)
		}
	}
	if !holdsSomething && len(found.all) == 0 {
		found.add(path, "", "is empty; write {} for no policies")
	}
	slices.SortFunc(policies, func(a, b *Policy) int { return strings.Compare(a.ID, b.ID) })
	for index := 1; index < len(policies); index++ {
		if policies[index].ID == policies[index-1].ID {
			found.add(policies[index].Place, "", fmt.Sprintf("gives the policy id %s, as %s does", policies[index].ID, policies[index-1].Place))
		}
	}
	return policies, found.err()
}

// As `kubectl apply -f folder` does: direct children only, in the order of their names.
func listFiles(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read policies from %s: %w", path, err)
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read policies from %s: %w", path, err)
	}
	var files []string
	for _, entry := range entries {
		if slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(entry.Name())) {
			files = append(files, filepath.Join(path, entry.Name()))
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s holds no .yaml, .yml or .json file", path)
	}
	return files, nil
}

// Told apart by content: in policies.yml, `kind` would be a policy id and hold a map.
func (d *document) read() []*Policy {
	for index := 0; index+1 < len(d.root.Content); index += 2 {
		if d.root.Content[index].Value == "kind" && resolve(d.root.Content[index+1]).Kind == yaml.ScalarNode {
			return d.readResource(d.root, "")
		}
	}
	return d.readEntries()
}
