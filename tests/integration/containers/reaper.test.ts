import { on } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { execa } from 'execa'
import t from 'tap'
import { loadRegistryImage } from '../../helpers/containers/placed-registry.ts'
import { choosePlace } from '../../helpers/containers/test-engine.ts'
import { whyNoReaperOfOurs } from '../../helpers/containers/why-no-reaper.ts'
import { until } from '../../helpers/until.ts'

const HOLDER = join(import.meta.dirname, '../../fixtures/hold-containers.ts')
const place = await choosePlace(t)

t.test(
  'what a killed process has started is removed by the reaper, and then the reaper too',
  {
    skip: 'missing' in place ? place.missing : await whyNoReaperOfOurs(place.engine),
  },
  async (t) => {
    if ('missing' in place) return
    const { engine } = place
    const holder = execa(process.execPath, [HOLDER, await loadRegistryImage(place)], {
      buffer: false,
      reject: false,
      stderr: 'inherit',
    })
    t.teardown(() => holder.kill('SIGKILL'))
    const held = await readNames(holder.stdout)
    const isThere = {
      container: () => engine.succeeds(['container', 'inspect', held.container]),
      reaper: () => engine.succeeds(['container', 'inspect', held.reaper]),
      network: () => engine.succeeds(['network', 'inspect', held.network]),
      volume: () => engine.succeeds(['volume', 'inspect', held.volume]),
    }
    for (const [what, check] of Object.entries(isThere)) t.ok(await check(), `there is the ${what}`)
    holder.kill('SIGKILL')
    t.equal((await holder).signal, 'SIGKILL')
    for (const [what, check] of Object.entries(isThere)) {
      await until(async () => !(await check()))
      t.pass(`the ${what} is gone`)
    }
  },
)

async function readNames(output: NodeJS.ReadableStream): Promise<Record<'reaper' | keyof Held, string>> {
  for await (const [line] of on(createInterface({ input: output }), 'line')) return JSON.parse(line)
  throw new Error('it ended before it said what it has')
}

interface Held {
  readonly container: string
  readonly network: string
  readonly volume: string
}
