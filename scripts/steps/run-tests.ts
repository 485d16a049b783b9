import { globSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { execa } from 'execa'
import { resolveBinaries } from '../../clusters/binaries/resolve.ts'
import { DEFAULT_KUBERNETES_VERSION } from '../../clusters/binaries/versions.ts'
import { buildPrometheus } from '../../tests/helpers/prometheus-program.ts'
import { buildRegistry } from '../../tests/helpers/registry-program.ts'
import { createSteps, type Steps } from '../../util/steps.ts'
import { inProcessChecks } from './in-process-checks.ts'
import { prepareContainers } from './prepare-containers.ts'
import { createTapReader, type FileResult } from './tap-results.ts'

/** One line of the closing table. */
interface StepResult {
  readonly title: string
  readonly seconds: number
  readonly passed: number
  readonly failed: number
  readonly skipped: readonly string[]
}

const { values: flags } = parseArgs({
  options: { unit: { type: 'boolean', default: false }, 'all-versions': { type: 'boolean', default: false } },
})
const KUBERNETES_VERSIONS = flags['all-versions'] ? ['1.37', '1.36', '1.35'] : ['1.37', '1.36']
const LONG_RUNNING = ['tests/integration/', 'tests/e2e/']

const results = await runSteps()
print(results)
process.exitCode = results.some(({ failed }) => failed > 0) ? 1 : 0

async function runSteps(): Promise<StepResult[]> {
  const files = globSync('tests/**/*.test.ts').sort()
  const isLong = (file: string) => LONG_RUNNING.some((folder) => file.startsWith(folder))
  const quick = [
    await runCheck('format and lint', () =>
      execa('biome', ['ci', '--error-on-warnings', '--colors=off'], { all: true }),
    ),
    await runCheck('types', () => execa('tsc', ['--noEmit'], { all: true })),
    await runCheck('go vet', () => execa('go', ['vet', './...'], { all: true, cwd: 'bench/floor' })),
    await runCheck('sample policies', () => execa('scripts/build-policies', { all: true })),
    // minutes on a fresh machine, which no single test should have to wait for
    await runCheck('test registry', buildRegistry),
    await runCheck('test collector', buildPrometheus),
    await runCheck('test runner', () => execa('tap', ['build'], { all: true })),
    await runTap(
      'unit tests',
      files.filter((file) => !isLong(file)),
    ),
  ]
  if (flags.unit) return quick
  return [
    ...quick,
    await runCheck('control-plane binaries', fetchBinaries),
    ...(await checkInProcess()),
    await runCheck('container engine and node image', () => prepareContainers(plainSteps())),
    await runTap('integration tests', files.filter(isLong)),
  ]
}

/** After the binaries: it shares their packages, and has little to compile. */
async function checkInProcess(): Promise<StepResult[]> {
  const results: StepResult[] = []
  for (const { title, run, obstacle } of await inProcessChecks()) {
    if (obstacle === undefined) results.push(await runCheck(title, run))
    else results.push({ title, seconds: 0, passed: 0, failed: 0, skipped: [`${title}: ${obstacle}`] })
  }
  return results
}

/** A step that passes or fails as a whole; its output is shown when it fails. */
async function runCheck(title: string, action: () => Promise<unknown>): Promise<StepResult> {
  console.log(`== ${title}`)
  const startedAt = performance.now()
  const failure = await action().then(
    () => undefined,
    (error: { all?: string; message: string }) => error.all ?? error.message,
  )
  if (failure !== undefined) console.log(failure)
  const failed = failure === undefined ? 0 : 1
  return { title, seconds: secondsSince(startedAt), passed: 1 - failed, failed, skipped: [] }
}

/** Runs test files under tap and shows one line per file, and the whole report of a file that failed. */
async function runTap(title: string, files: readonly string[]): Promise<StepResult> {
  console.log(`== ${title}`)
  const startedAt = performance.now()
  const done: FileResult[] = []
  const readLine = createTapReader((result) => {
    done.push(result)
    if (result.failed > 0) console.log(result.report)
    const counts = `${result.passed} passed${result.failed > 0 ? `, ${result.failed} failed` : ''}`
    console.log(` ${result.failed > 0 ? '✗' : '✓'} ${result.file} (${result.seconds.toFixed(1)} s, ${counts})`)
  })
  const tap = execa('tap', ['run', '--reporter=tap', ...files], {
    reject: false,
    buffer: false,
    stdin: 'ignore',
    stderr: 'inherit',
    env: { GATEHOUSE_TEST_VERSIONS: KUBERNETES_VERSIONS.join(',') },
  })
  for await (const line of tap) readLine(line)
  const { exitCode } = await tap
  const failed = sum(done, 'failed')
  return {
    title,
    seconds: secondsSince(startedAt),
    passed: sum(done, 'passed'),
    // never green by accident: tap itself failed, or a file said nothing
    failed: failed === 0 && (exitCode !== 0 || done.length < files.length) ? 1 : failed,
    skipped: done.flatMap((result) => result.skipped),
  }
}

/** So that building them is a step of its own with its progress, not a slow first test. */
async function fetchBinaries(): Promise<void> {
  const steps = plainSteps()
  for (const kubernetesVersion of KUBERNETES_VERSIONS) await resolveBinaries({ kubernetesVersion, steps })
  await resolveBinaries({ kubernetesVersion: DEFAULT_KUBERNETES_VERSION, inProcess: true, steps })
}

function plainSteps(): Steps {
  return createSteps({ isTerminal: false, write: (text) => void process.stdout.write(text) })
}

function print(results: readonly StepResult[]): void {
  const skipped = results.flatMap((result) => result.skipped)
  if (skipped.length > 0) console.log(`\nNot run here:\n${skipped.map((line) => `  ${line}`).join('\n')}`)
  const width = Math.max(...results.map(({ title }) => title.length))
  console.log('\nSeconds per step')
  for (const { title, seconds, passed, failed } of results) {
    console.log(`  ${title.padEnd(width)}  ${seconds.toFixed(1).padStart(7)}  ${passed} passed, ${failed} failed`)
  }
  console.log(`\n${sum(results, 'passed')} passed, ${sum(results, 'failed')} failed`)
}

function sum<K extends string>(items: readonly Record<K, number>[], key: K): number {
  return items.reduce((total, item) => total + item[key], 0)
}

function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1000
}
