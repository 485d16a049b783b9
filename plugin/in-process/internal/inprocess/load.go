package inprocess

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"k8s.io/klog/v2"

	"gatehouse.internal/in-process/internal/guest"
	"gatehouse.internal/in-process/internal/policies"
	"gatehouse.internal/in-process/internal/verdict"
)

// How long a module may take to say which protocol it speaks, and whether it accepts its settings.
const startTimeout = 10 * time.Second

// Options are where modules are, and where compiled ones are kept.
type Options struct {
	// Modules leads from a module as it is written in the policies file to a file.
	Modules          map[string]string
	CompilationCache string
}

// Load compiles the modules of all policies with rules, which are those that requests are put to, and asks each whether it accepts
// its settings. All problems come at once.
func Load(ctx context.Context, all []*policies.Policy, options Options) (*Validator, error) {
	engine, err := guest.NewEngine(ctx, guest.Options{CompilationCache: options.CompilationCache})
	if err != nil {
		return nil, err
	}
	l := &loader{engine: engine, files: options.Modules, modules: map[string]*moduleOrProblem{}}
	v := newValidator()
	var problems []error
	for _, policy := range all {
		if policy.Registration == nil {
			continue
		}
		loaded, err := l.loadPolicy(ctx, policy)
		problems = append(problems, err)
		v.policies[policy.ID] = loaded
	}
	if err := errors.Join(problems...); err != nil {
		return nil, errors.Join(err, engine.Close(ctx))
	}
	return v, nil
}

type loader struct {
	engine  *guest.Engine
	files   map[string]string
	modules map[string]*moduleOrProblem
}

// Many policies may have one module: it is compiled once, and complained about at each.
type moduleOrProblem struct {
	module  *guest.Module
	problem error
}

func (l *loader) loadPolicy(ctx context.Context, policy *policies.Policy) (*loadedPolicy, error) {
	loaded := &loadedPolicy{
		Policy: policy, guests: map[string]*loadedGuest{}, members: map[string]string{},
		mode: verdict.Mode{
			ID: policy.ID, Monitor: policy.Monitor, AllowedToMutate: policy.AllowedToMutate, MetadataOnly: policy.MetadataOnly,
			// a group's denials have its message already
			Message: messageOf(policy),
		},
	}
	var problems []error
	for index, asked := range policy.Guests() {
		ready, err := l.loadGuest(ctx, asked)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: policy %s: %w", asked.Place, asked.ID, err))
			continue
		}
		loaded.guests[asked.ID] = ready
		if policy.Group != nil {
			loaded.members[policy.Group.Names[index]] = asked.ID
		}
	}
	return loaded, errors.Join(problems...)
}

func messageOf(policy *policies.Policy) string {
	if policy.Group != nil {
		return ""
	}
	return policy.Message
}

func (l *loader) loadGuest(ctx context.Context, asked *policies.Guest) (*loadedGuest, error) {
	if len(asked.ContextAwareResources) > 0 {
		return nil, errors.New("contextAwareResources: nothing of the cluster can be read in process; run the policy in the shim")
	}
	file, err := l.fileOf(asked)
	if err != nil {
		return nil, err
	}
	module, err := l.load(ctx, file)
	if err != nil {
		return nil, fmt.Errorf("module: %s: %w", file, err)
	}
	if err := checkSettings(ctx, module, asked); err != nil {
		return nil, err
	}
	timeout := asked.Timeout
	if timeout == 0 {
		timeout = defaultTimeout
	}
	return &loadedGuest{Guest: asked, module: module, timeout: timeout}, nil
}

func (l *loader) fileOf(asked *policies.Guest) (string, error) {
	if file, ok := l.files[asked.Module]; ok {
		return file, nil
	}
	if asked.File != "" {
		return asked.File, nil
	}
	return "", fmt.Errorf("module: %q is nothing that is on this disk; name its file in the field modules of the plugin's configuration", asked.Module)
}

func (l *loader) load(ctx context.Context, file string) (*guest.Module, error) {
	if known, ok := l.modules[file]; ok {
		return known.module, known.problem
	}
	result := &moduleOrProblem{}
	l.modules[file] = result
	wasm, err := os.ReadFile(file)
	if err != nil {
		result.problem = fmt.Errorf("cannot be read: %w", errors.Unwrap(err))
		return nil, result.problem
	}
	started := time.Now()
	limited, cancel := context.WithTimeout(ctx, 6*startTimeout)
	defer cancel()
	result.module, result.problem = l.engine.Load(limited, wasm)
	klog.V(1).InfoS("compiled a policy's module", "file", file, "bytes", len(wasm), "seconds", time.Since(started).Seconds(), "err", result.problem)
	return result.module, result.problem
}

func checkSettings(ctx context.Context, module *guest.Module, asked *policies.Guest) error {
	limited, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	host := &host{guest: asked}
	defer host.close()
	settings, err := module.ValidateSettings(limited, guest.Question{Settings: asked.Settings, Host: host})
	if err != nil {
		return fmt.Errorf("settings: Error invoking settings validation callback: %w", err)
	}
	if !settings.Valid {
		return fmt.Errorf("settings: are not valid: %s", settings.Message)
	}
	return nil
}
