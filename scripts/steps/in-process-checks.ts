import { execa } from 'execa'
import { findProgram } from '../../util/programs.ts'

const MODULE = 'plugin/in-process'
const STATICCHECK = 'honnef.co/go/tools/cmd/staticcheck@v0.8.0'

/** One look at the Go module of the API server that asks policies itself. */
export interface InProcessCheck {
  readonly title: string
  run(): Promise<unknown>
}

/**
 * What is asked of that module. With the flags that clusters build it with, Kubernetes is compiled once for all; the race
 * detector needs packages of its own, which are those that a plugin imports and not the whole server.
 */
export async function inProcessChecks(): Promise<InProcessCheck[]> {
  const compiler = await findProgram('cc')
  return [
    { title: 'plugin in process: go vet', run: () => go(['vet', './...']) },
    { title: 'plugin in process: staticcheck', run: () => go(['run', STATICCHECK, './...']) },
    { title: 'plugin in process: its place in the API server', run: () => go(['test', './internal/apiserver']) },
    compiler === undefined
      ? { title: 'plugin in process: tests (no C compiler, no race detector)', run: async () => testPlugin([], '0') }
      : { title: 'plugin in process: tests, with the race detector', run: async () => testPlugin(['-race'], '1') },
  ]
}

async function testPlugin(flags: readonly string[], cgo: '0' | '1'): Promise<unknown> {
  const { stdout } = await go(['list', './internal/...'])
  return go(['test', ...flags, ...stdout.split('\n').filter((name) => !name.endsWith('/apiserver'))], cgo)
}

function go(args: readonly string[], cgo: '0' | '1' = '0') {
  const env = { CGO_ENABLED: cgo, GOWORK: 'off', GOFLAGS: '-mod=readonly -buildvcs=false -trimpath' }
  return execa('go', args, { all: true, cwd: MODULE, stdin: 'ignore', env })
}
