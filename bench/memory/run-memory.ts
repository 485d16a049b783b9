import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Steps } from '../../util/steps.ts'
import { describeMachine } from '../machine.ts'
import { type Footprint, measureNode, measureShim } from './measured-process.ts'
import { type WrittenPicture, writePicture } from './picture.ts'
import { type MemoryReport, type MemoryRow, reportMemory } from './report.ts'

export interface RunMemoryOptions {
  /** Numbers of threads for evaluations. */
  readonly threads: readonly number[]
  /** Processes of each kind and number of threads. */
  readonly samples: number
  readonly signal: AbortSignal
}

/** Measures shims with real policies beside bare Node with as many threads, each time in a process of its own. */
export async function runMemory(options: RunMemoryOptions, steps: Steps): Promise<MemoryReport> {
  await using resources = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'gh-mem-'))
  resources.defer(() => rm(folder, { recursive: true, force: true }))
  const picture = await steps.run('Writing the policies', () => writePicture(folder))
  const rows: MemoryRow[] = []
  for (const threads of options.threads) {
    const title = `Measuring ${options.samples} shims of ${threads} ${threads === 1 ? 'thread' : 'threads'}`
    rows.push(await steps.run(title, () => measureRow({ folder, picture }, threads, options)))
  }
  return reportMemory(describeMachine(), picture.moduleBytes, rows)
}

async function measureRow(
  { folder, picture }: { readonly folder: string; readonly picture: WrittenPicture },
  threads: number,
  { samples, signal }: RunMemoryOptions,
): Promise<MemoryRow> {
  const row = { threads, node: [] as Footprint[], idle: [] as Footprint[], loaded: [] as Footprint[] }
  for (let sample = 0; sample < samples; sample++) {
    signal.throwIfAborted()
    // the shim keeps a spare thread
    row.node.push(await measureNode(threads + 1))
    const { idle, loaded } = await measureShim(folder, threads, picture)
    row.idle.push(idle)
    row.loaded.push(loaded)
  }
  return row
}
