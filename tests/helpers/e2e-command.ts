import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { packageRoot } from '../../util/package-root.ts'

/** Runs `gatehouse e2e` as a user would, in a folder of the test's; its exit code, TAP lines and progress. */
export async function runE2eCommand(folder: string, flags: readonly string[], env: Record<string, string> = {}) {
  const gatehouse = join(packageRoot(), 'cli/gatehouse')
  const { exitCode, stdout, stderr } = await execa(gatehouse, ['e2e', ...flags], { cwd: folder, env, reject: false })
  return { exitCode, stdout, stderr, lines: stdout.split('\n') }
}

/** The steps of the table in docs/e2e.md below a heading, as `[title, verdict]`. */
export function readDocumentedSteps(heading: string): [string, string][] {
  const page = readFileSync(join(packageRoot(), 'docs/e2e.md'), 'utf8')
  return readSteps(page.split(`## ${heading}\n`)[1] ?? '')
}

/** The steps of the first table of a summary, as `[title, verdict]`. */
export function readSteps(summary: string): [string, string][] {
  const rows = [...(summary.split('\n## ')[0] ?? '').matchAll(/^\| (.*) \| (.*) \| +[\d.]+ \|$/gm)]
  return rows.map(([, title = '', verdict = '']) => [title, verdict])
}
