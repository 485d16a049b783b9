import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Test } from 'tap'
import { programFiles } from '../../util/package-root.ts'
import { killAtEnd } from './kill-at-end.ts'
import { type Answer, send, type TestPolicy, writePolicies } from './shim.ts'
import { makeShortFolder } from './short-folder.ts'

export interface ShimProcess {
  readonly child: ChildProcess
  readonly socket: string
  /** Resolves once it has written a line with this text. @throws Error when it ends before */
  wrote(text: string): Promise<void>
  /** What it left with. */
  exited(): Promise<{ code: number | null; stderr: string }>
  ask(path: string, body?: Uint8Array): Promise<Answer>
}

export interface StartOptions {
  readonly policies: Readonly<Record<string, TestPolicy>>
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** What it writes to its standard output can be read from `child.stdout`. */
  readonly pipesOutput?: boolean
  /** A listening socket's descriptor, passed on as a service manager does. */
  readonly inherited?: number
}

/** Starts `gatehouse shim` as its own process, which ends with the test, or before. */
export function startProcess(
  t: Test,
  { policies, flags = [], env = {}, inherited, pipesOutput = false }: StartOptions,
): ShimProcess {
  const folder = makeShortFolder(t)
  const socket = join(folder, 'run/s')
  const args = [
    'shim',
    '--policies',
    writePolicies(folder, policies),
    '--socket',
    socket,
    '--cert-dir',
    join(folder, 'pki'),
    ...flags,
  ]
  const command = [process.execPath, ...programFiles(), ...args]
  // the variable must name the process itself, which only it knows
  const script = inherited === undefined ? 'exec "$@"' : 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"'
  const child = spawn('/bin/sh', ['-c', script, 'sh', ...command], {
    env,
    stdio: ['ignore', pipesOutput ? 'pipe' : 'ignore', 'pipe', ...(inherited === undefined ? [] : [inherited])],
  })
  killAtEnd(t, child)
  let stderr = ''
  child.stderr?.on('data', (chunk) => (stderr += chunk))
  const closed = once(child, 'close').then(() => ({ code: child.exitCode, stderr }))
  return {
    child,
    socket,
    async wrote(text) {
      while (!stderr.includes(text)) {
        const end = await Promise.race([once(child.stderr ?? child, 'data').then(() => undefined), closed])
        if (end !== undefined && !stderr.includes(text)) throw new Error(`it ended with ${end.code}:\n${stderr}`)
      }
    },
    exited: () => closed,
    ask(path, body) {
      const method = body === undefined ? 'GET' : 'POST'
      return send({ socketPath: socket, method, path, headers: { 'content-type': 'application/json' } }, body)
    },
  }
}
