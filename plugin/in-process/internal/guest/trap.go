package guest

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/sys"
)

// explain makes a Failure of what ended a call.
func (m *Module) explain(prefix string, err error, instance api.Module) *Failure {
	var own *Failure
	if errors.As(err, &own) {
		return &Failure{Message: prefix + own.Message, Late: own.Late, Plain: own.Plain, cause: err}
	}
	var exit *sys.ExitError
	if errors.As(err, &exit) {
		if code := exit.ExitCode(); code == sys.ExitCodeDeadlineExceeded || code == sys.ExitCodeContextCanceled {
			return &Failure{Message: prefix + "guest code interrupted, execution deadline exceeded", Late: true, cause: context.DeadlineExceeded}
		}
		return &Failure{Message: fmt.Sprintf("%sguest exited with code %d", prefix, exit.ExitCode()), cause: err}
	}
	message := prefix + "guest trapped: " + strings.TrimPrefix(firstLine(err), "wasm error: ")
	return &Failure{Message: message + m.memoryNote(err, instance), cause: err}
}

var abort = regexp.MustCompile(`unreachable|out of bounds`)

// memoryNote says that a guest ran into the limit, as far as one can tell: a refused memory.grow is an ordinary result, and what
// follows is whatever its allocator does then. One that doubles what it outgrows stands above one half when it fails.
func (m *Module) memoryNote(err error, instance api.Module) string {
	if instance == nil || instance.Memory() == nil || !abort.MatchString(firstLine(err)) {
		return ""
	}
	used := uint64(instance.Memory().Size())
	if used*2 <= m.engine.memoryLimit {
		return ""
	}
	return fmt.Sprintf("; memory limit of %d MiB reached (%d MiB in use)", m.engine.memoryLimit>>20, used>>20)
}

// wazero appends the guest's stack, which says nothing to whoever sent the request.
func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return strings.TrimSuffix(line, " (recovered by wazero)")
}
