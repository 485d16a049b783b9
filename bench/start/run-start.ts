import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Steps } from '../../util/steps.ts'
import { describeMachine } from '../machine.ts'
import { reportStarts, type StartReport, type StartRow } from './report.ts'
import { type StartCase, writeCases } from './start-cases.ts'
import { type Surroundings, type TimedStart, timeNode, timeShim } from './timed-start.ts'

export interface RunStartOptions {
  /** Measured starts of each case. */
  readonly samples: number
  readonly signal: AbortSignal
}

/** Measures how long shims take until they answer, each case in turn, beside bare Node. */
export async function runStart({ samples, signal }: RunStartOptions, steps: Steps): Promise<StartReport> {
  await using resources = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'gh-start-'))
  resources.defer(() => rm(folder, { recursive: true, force: true }))
  const { store, cases } = await steps.run('Writing modules and policies', () => writeCases(folder))
  const where = { folder, store }
  const node: number[] = []
  const rows = cases.map((its) => ({ name: its.name, its, starts: [] as TimedStart[] }))
  await steps.run('Filling the caches, a start of each', () => startAll(cases, where, signal))
  await steps.run(`Measuring ${samples} starts of each`, async () => {
    for (let sample = 0; sample < samples; sample++) {
      node.push(await timeNode())
      const starts = await startAll(cases, where, signal)
      for (const [index, row] of rows.entries()) row.starts.push(...starts.slice(index, index + 1))
    }
  })
  return reportStarts(
    describeMachine(),
    node,
    rows.map(({ name, starts }): StartRow => ({ name, starts })),
  )
}

async function startAll(cases: readonly StartCase[], where: Surroundings, signal: AbortSignal): Promise<TimedStart[]> {
  const starts: TimedStart[] = []
  for (const its of cases) {
    signal.throwIfAborted()
    starts.push(await timeShim(its, where))
  }
  return starts
}
