import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { link } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import type { Test } from 'tap'
import { makeShortFolder } from './short-folder.ts'

/** What systemd does for a service with a socket unit: it listens, and the service is the one that accepts. */
export interface ServiceManager {
  readonly socket: string
  /** Starts the service, and waits until it has written this. */
  start(written: string): Promise<void>
  /** Ends it with SIGTERM, and says what it left with. */
  stop(): Promise<number>
}

// sd_listen_fds(3): descriptor 3, and the variables name the process itself
const SERVICE = 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"'
const MANAGER = `
while read -r order; do
  case $order in
  start) sh -c '${SERVICE}' sh "$@" & ;;
  stop) kill $!; wait $!; echo "left with $?" >&2 ;;
  esac
done
kill -9 $! 2>/dev/null`

/** A shell holds the listening socket, since this process could not keep itself from accepting. */
export async function startServiceManager(t: Test, command: readonly string[]): Promise<ServiceManager> {
  const folder = makeShortFolder(t)
  const server = createServer().listen(join(folder, 'draft'))
  await once(server, 'listening')
  const socket = join(folder, 's')
  // a server that is closed takes its own name with it
  await link(join(folder, 'draft'), socket)
  const stdio = ['pipe', 'ignore', 'pipe', descriptorOf(server)] as const
  const shell = spawn('/bin/sh', ['-c', MANAGER, 'sh', ...command], { env: {}, stdio: [...stdio] })
  server.close()
  t.teardown(() => shell.stdin?.end())
  let stderr = ''
  shell.stderr?.on('data', (chunk) => (stderr += chunk))
  const order = async (word: string, answer: RegExp): Promise<string> => {
    stderr = ''
    shell.stdin?.write(`${word}\n`)
    for (;;) {
      const found = answer.exec(stderr)
      if (found !== null) return found[0]
      await once(shell.stderr ?? shell, 'data')
    }
  }
  return {
    socket,
    start: async (written) => void (await order('start', new RegExp(written))),
    stop: async () => Number((await order('stop', /left with \d+/)).split(' ')[2]),
  }
}

/** Node shows the descriptor of a server's socket nowhere else. */
export function descriptorOf(server: Server): number {
  return (server as unknown as { _handle: { fd: number } })._handle.fd
}
