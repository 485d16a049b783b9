import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { Agent, type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { answersOnSocket } from '../../clusters/local/unix-probe.ts'
import { startProcess, stopProcesses, waitUntilReady } from '../../util/managed-process.ts'
import { packageRoot } from '../../util/package-root.ts'
import type { WrittenPicture } from './picture.ts'

/** Bytes of a process, as Linux counts them: resident, and its proportional share of what it shares with others. */
export interface Footprint {
  readonly rss: number
  readonly pss: number
}

const START_MS = 120_000
const STOP_MS = 10_000
/** Requests of each policy and thread. */
const ROUNDS = 30

/** Bare Node with so many idle threads. */
export async function measureNode(threads: number): Promise<Footprint> {
  const script = `const { writeSync } = require('node:fs')
const { Worker } = require('node:worker_threads')
let left = ${threads}
for (let i = 0; i < ${threads}; i++)
  new Worker('setInterval(() => {}, 1e9)', { eval: true }).on('online', () => --left || writeSync(1, 'ready'))`
  const child = spawn(process.execPath, ['--eval', script], { stdio: ['ignore', 'pipe', 'inherit'], env: {} })
  try {
    await once(child.stdout, 'data')
    return await readFootprint(child.pid ?? 0)
  } finally {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
}

/** A shim with so many threads for evaluations, ready and idle, then after a load that kept all of them busy. */
export async function measureShim(
  folder: string,
  threads: number,
  { policiesFile, questions }: WrittenPicture,
): Promise<{ readonly idle: Footprint; readonly loaded: Footprint }> {
  const socket = join(folder, 'run', 's')
  const flags = [`--policies=${policiesFile}`, `--socket=${socket}`, `--cert-dir=${join(folder, 'pki')}`]
  const shim = await startProcess({
    name: 'the shim',
    // as users start it: it sets what a process cannot set for itself
    command: join(packageRoot(), 'cli/gatehouse'),
    args: ['shim', ...flags, `--workers=${threads}`],
    environment: {},
    logFile: join(folder, 'shim.log'),
  })
  try {
    const isReady = (signal: AbortSignal) => answersOnSocket(socket, '/readiness', signal)
    await waitUntilReady(shim, { isReady, timeoutMs: START_MS })
    const idle = await readFootprint(shim.pid)
    // twice as many as threads: whichever has answered has its next one waiting
    await ask(socket, questions, 2 * threads)
    const started = await countThreads(socket)
    if (started < threads) throw new Error(`only ${started} of ${threads} threads were busy: the load was too short`)
    return { idle, loaded: await readFootprint(shim.pid) }
  } finally {
    await stopProcesses([shim], STOP_MS)
  }
}

async function ask(socketPath: string, questions: WrittenPicture['questions'], clients: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients })
  try {
    for (const { id, body } of questions) {
      let left = ROUNDS * clients
      const sendOneAfterTheOther = async () => {
        while (left-- > 0) await post({ socketPath, agent, path: `/validate/${id}` }, body)
      }
      await Promise.all(Array.from({ length: clients }, sendOneAfterTheOther))
    }
  } finally {
    agent.destroy()
  }
}

/** The threads that there are: they start when they are needed. */
async function countThreads(socketPath: string): Promise<number> {
  const outgoing = request({ socketPath, path: '/metrics', agent: false }).end()
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
  const exposed = await text(incoming)
  const counts = [...exposed.matchAll(/^gatehouse_evaluator_threads\{[^}]*\} (\d+)$/gm)].map(([, count]) =>
    Number(count),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}

function post(options: { socketPath: string; agent: Agent; path: string }, body: Buffer): Promise<void> {
  const headers = { 'content-type': 'application/json', 'content-length': body.length }
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...options, method: 'POST', headers }, (incoming) => {
      let answer = ''
      incoming.on('data', (chunk) => (answer += chunk))
      incoming.on('end', () =>
        answer.includes('"allowed":true') ? resolve() : reject(new Error(`${options.path} should allow: ${answer}`)),
      )
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

async function readFootprint(pid: number): Promise<Footprint> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8')
  const bytesOf = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]) * 1024
  return { rss: bytesOf('Rss'), pss: bytesOf('Pss') }
}
