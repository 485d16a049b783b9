import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import type { ProfileReport } from '../../bench/profile/report.ts'
import { packageRoot } from '../../util/package-root.ts'

t.setTimeout(10 * 60_000)

t.test('one request is followed through the API server and a shim that knows nothing of it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'gh-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const env = { XDG_STATE_HOME: join(folder, 's'), XDG_RUNTIME_DIR: join(folder, 'r'), TMPDIR: folder }
  const flags = ['--profile', '--requests', '12', '--warmup', '3', '--output', 'json']
  const command = join(packageRoot(), 'cli', 'gatehouse')
  const report: ProfileReport = JSON.parse((await execa(command, ['bench', ...flags], { env })).stdout)
  t.strictSame(
    report.parts.map(({ part, where }) => `${where}: ${part}`),
    [
      'API server: around',
      'API server: call',
      'shim: receive',
      'shim: body',
      'shim: review',
      'shim: queue',
      'shim: evaluate',
      'shim: serialise',
      'shim: write',
    ],
  )
  for (const { part, p50, where } of report.parts) if (where === 'shim') t.ok(p50 >= 0, part)
  t.ok(report.after.p50 > 0)
  t.strictSame([report.withPolicy.count, report.withoutPolicy.count, report.after.count], [12, 12, 12])
  t.strictSame(
    (await readdir(folder)).filter((name) => name.startsWith('gatehouse-bench')),
    [],
  )
})
