import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import t from 'tap'
import { LIMIT_NOTE } from '../../bench/limit-note.ts'
import type { BenchReport } from '../../bench/report.ts'
import { IN_PROCESS_ROWS, ROWS } from '../../bench/rows.ts'
import { packageRoot } from '../../util/package-root.ts'

const command = join(packageRoot(), 'cli', 'gatehouse')

/** Folders of the test's own, so that what is left behind can be seen. */
async function createFolders() {
  const folder = await mkdtemp(join(tmpdir(), 'gh-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return { folder, env: { XDG_STATE_HOME: join(folder, 's'), XDG_RUNTIME_DIR: join(folder, 'r'), TMPDIR: folder } }
}

async function listClusters(folder: string): Promise<string[]> {
  return readdir(join(folder, 's', 'gatehouse', 'clusters')).catch(() => [])
}

/** The API server with plugin/in-process may have to be built. */
t.setTimeout(30 * 60_000)

t.test('a short run measures every path and leaves nothing behind', async (t) => {
  const { folder, env } = await createFolders()
  const flags = [
    '--clients',
    '1,4',
    '--requests',
    '8',
    '--warmup',
    '4',
    '--policy',
    'require-labels',
    '--output',
    'json',
  ]
  const { stdout, stderr, exitCode } = await execa(command, ['bench', ...flags], { env, reject: false })
  t.ok(exitCode === 0 || exitCode === 1, stderr)
  const report: BenchReport = JSON.parse(stdout)

  await t.test('every row is there for every number of clients, measured as often as asked', async (t) => {
    t.strictSame(
      report.rows.map(({ row, clients, count }) => [row, clients, count]),
      [1, 4].flatMap((clients) => ROWS.map(({ name }) => [name, clients, 8])),
    )
  })

  await t.test('latency is added to a baseline, and the API server has a clock of its own', async (t) => {
    const webhooks = ['floor', 'floor-again', 'shim', 'loopback']
    for (const { row, added, apiServerMean, p50, p90, p99 } of report.rows) {
      t.equal(added === undefined, row.startsWith('baseline-'), row)
      t.equal(apiServerMean !== undefined, webhooks.includes(row), row)
      t.ok(p50 > 0 && p50 <= p90 && p90 <= p99, row)
    }
  })

  await t.test('every path but the floor has a ratio, the A/A row among them', async (t) => {
    const paths = ['cel', 'floor-again', 'shim', 'loopback']
    t.strictSame(
      report.ratios.map(({ row, clients }) => [row, clients]),
      [1, 4].flatMap((clients) => paths.map((row) => [row, clients])),
    )
  })

  await t.test('there is a verdict with its reason, and the exit code says the same', async (t) => {
    t.match(report.verdict, /^(pass|acceptable|fail)$/)
    t.equal(exitCode, report.verdict === 'fail' ? 1 : 0)
    t.strictSame(
      report.goals.map(({ goal }) => goal.replace(/-?[\d.]+ times|an unknown number of times/, 'n times')),
      [
        'shim adds n times what the floor adds, p50 with 1 client (up to 1.25, acceptable up to 1.5)',
        'shim adds n times what the floor adds, p99 with 1 client (up to 1.5)',
        'shim answers n times as many requests as the floor, with 4 clients (at least 0.8)',
      ],
    )
  })

  await t.test("the shim's memory, the machine and the versions are named", async (t) => {
    t.ok(report.memory.idleBytes > 10_000_000 && report.memory.loadedBytes > 10_000_000)
    t.match(report.kubernetesVersion, /^v1\.37\.\d+$/)
    t.equal(report.policy, 'require-labels')
    t.ok(report.machine.cpus)
  })

  t.strictSame(await listClusters(folder), [])
  t.strictSame(
    (await readdir(folder)).filter((name) => name.startsWith('gatehouse-bench')),
    [],
  )
})

t.test('many policies are measured apart and in one entry, each of them asked', async (t) => {
  const { folder, env } = await createFolders()
  const flags = ['--policies', '1,3', '--clients', '1', '--requests', '4', '--warmup', '1', '--output', 'json']
  const { stdout, stderr, exitCode } = await execa(command, ['bench', ...flags], { env, reject: false })
  t.ok(exitCode === 0 || exitCode === 1, stderr)
  const report: BenchReport = JSON.parse(stdout)
  const paths = ['cel', 'floor', 'policies', 'combined'].map((path) => `${path}-3`)
  t.strictSame(
    report.rows.filter(({ policies }) => policies === 3).map(({ row }) => row),
    paths,
  )
  t.strictSame(
    report.growth?.map(({ row }) => row),
    paths,
  )
  t.ok(report.rows.every(({ count }) => count === 4))
  t.match(report.goals[0]?.goal, /^combined-3 adds .* times what one policy adds/)
  t.strictSame(await listClusters(folder), [])
})

t.test('API servers with plugin/in-process are measured beside the stock ones, one policy and several', async (t) => {
  const { folder, env } = await createFolders()
  const run = async (...flags: string[]): Promise<BenchReport> => {
    const counts = ['--clients', '1', '--requests', '2', '--warmup', '1', '--output', 'json']
    const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
    const options = { env: { ...env, XDG_CACHE_HOME: cache }, reject: false }
    const { stdout, stderr, exitCode } = await execa(command, ['bench', '--in-process', ...flags, ...counts], options)
    t.ok(exitCode === 0 || exitCode === 1, stderr)
    return JSON.parse(stdout)
  }
  const one = await run()
  t.strictSame(
    one.rows.map(({ row }) => row),
    [...ROWS, ...IN_PROCESS_ROWS].map(({ name }) => name),
  )
  const several = await run('--policies', '2')
  const ours = several.rows.filter(({ policies, row }) => policies === 2 && row.startsWith('in-process'))
  t.strictSame(
    ours.map(({ row }) => row),
    ['in-process-2', 'in-process-to-shim-2'],
  )
  t.strictSame(await listClusters(folder), [])
})

t.test('large objects are measured beside ordinary ones, and the result is kept in a file', async (t) => {
  const { folder, env } = await createFolders()
  const file = join(folder, 'result.json')
  const flags = ['--object-sizes', 'small,100KiB,1MiB', '--clients', '1', '--requests', '3', '--warmup', '1']
  const { stdout, stderr, exitCode } = await execa(command, ['bench', ...flags, '--json', file], { env, reject: false })
  t.ok(exitCode === 0 || exitCode === 1, stderr)
  const report: BenchReport = JSON.parse(await readFile(file, 'utf8'))
  const shim = report.rows.filter(({ row }) => row.startsWith('shim-'))
  t.strictSame(
    shim.map(({ row }) => row),
    ['shim-small', 'shim-100KiB', 'shim-1MiB'],
  )
  t.ok(shim.every(({ count, added, requestsPerSecond }) => count === 3 && added !== undefined && requestsPerSecond > 0))
  t.match(stdout, 'ConfigMap of 1 MiB')
  t.match(stdout, LIMIT_NOTE)
  t.strictSame(await listClusters(folder), [])
})

t.test('a signal ends it, and what it had started', async (t) => {
  const { folder, env } = await createFolders()
  const bench = execa(command, ['bench', '--clients', '1', '--duration', '600'], { env, reject: false })
  for await (const line of bench.iterable({ from: 'stderr' })) {
    if (line.includes('Measuring with 1 client')) bench.kill('SIGTERM')
  }
  const { exitCode, stderr } = await bench
  t.equal(exitCode, 3)
  t.match(stderr, /ERR_BENCH_STOPPED: stopped by SIGTERM/)
  t.strictSame(await listClusters(folder), [])
})

t.test('what cannot be measured is refused before anything starts', async (t) => {
  for (const flags of [
    ['--clients', '0'],
    ['--clients', 'a'],
    ['--policy', 'x'],
    ['--policies', '1'],
    ['--object-sizes', '1KiB'],
    ['--object-sizes', 'small', '--policies', '3'],
    ['--policies', '2,51'],
    ['--policies', '3', '--policy', 'require-labels'],
    ['--requests', '1', '--duration', '1'],
    ['--drift', '--evaluate'],
    ['--profile', '--clients', '1'],
  ]) {
    const { exitCode, stderr } = await execa(command, ['bench', ...flags], { reject: false })
    t.equal(exitCode, 2, stderr)
  }
})
