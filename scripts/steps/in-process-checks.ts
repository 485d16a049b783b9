import { execa } from 'execa'
import { findProgram } from '../../util/programs.ts'

const MODULE = 'plugin/in-process'
const STATICCHECK = 'honnef.co/go/tools/cmd/staticcheck@v0.8.0'

/** One look at the Go module of the API server that asks policies itself. */
export interface InProcessCheck {
  readonly title: string
  /** Why it cannot run here. */
  readonly obstacle?: string
  run(): Promise<unknown>
}

/**
 * What is asked of that module. With the flags that clusters build it with, Kubernetes is compiled once for all; the race
 * detector needs packages of its own, which are those that a plugin imports and not the whole server.
 */
export async function inProcessChecks(): Promise<InProcessCheck[]> {
  const obstacle = (await findProgram('gcc')) === undefined ? { obstacle: 'there is no gcc' } : {}
  return [
    { title: 'plugin in process: go vet', run: () => go(['vet', './...']) },
    { title: 'plugin in process: staticcheck', run: () => go(['run', STATICCHECK, './...']) },
    // it leaves compiled policies behind, which the race detector would compile ten times as slowly
    { title: 'plugin in process: tests', run: () => go(['test', './...']) },
    { title: 'plugin in process: race detector', run: detectRaces, ...obstacle },
  ]
}

async function detectRaces(): Promise<unknown> {
  const { stdout } = await go(['list', './internal/...'])
  return go(['test', '-race', ...stdout.split('\n').filter((name) => !name.endsWith('/apiserver'))], '1')
}

function go(args: readonly string[], cgo: '0' | '1' = '0') {
  const env = { CGO_ENABLED: cgo, GOWORK: 'off', GOFLAGS: '-mod=readonly -buildvcs=false -trimpath' }
  return execa('go', args, { all: true, cwd: MODULE, stdin: 'ignore', env })
}
