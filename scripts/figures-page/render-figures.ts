import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatDriftReport } from '../../bench/evaluate/drift-report.ts'
import { formatEvaluateReport } from '../../bench/evaluate/format.ts'
import { formatReport } from '../../bench/format.ts'
import type { KeptResult } from '../../bench/kept-result.ts'
import { formatMemoryReport } from '../../bench/memory/report.ts'
import { formatProfile } from '../../bench/profile/format.ts'
import { formatStartReport } from '../../bench/start/report.ts'
import { shortTable } from './short-table.ts'

interface Block {
  /** The name of the result that it shows. */
  readonly result: string
  readonly plot?: { readonly file: string; readonly title: string }
  // each its own report
  readonly format: (report: never) => string
}

/** What stands between `<!-- figures:NAME -->` and `<!-- /figures -->`, by name. */
const BLOCKS: Readonly<Record<string, Block>> = {
  'one-policy': {
    result: 'one-policy',
    plot: { file: 'latency.svg', title: 'added latency of one policy, by path' },
    format: (report) => formatReport(report, 'markdown'),
  },
  'many-policies': {
    result: 'many-policies',
    plot: { file: 'scaling.svg', title: 'added latency by the number of policies' },
    format: (report) => formatReport(report, 'markdown'),
  },
  'object-sizes': { result: 'object-sizes', format: (report) => formatReport(report, 'markdown') },
  profile: {
    result: 'profile',
    plot: { file: 'profile.svg', title: 'where the time that a policy adds goes' },
    format: (report) => formatProfile(report, 'markdown'),
  },
  evaluate: { result: 'evaluate', format: (report) => formatEvaluateReport(report, 'markdown') },
  drift: { result: 'drift', format: (report) => formatDriftReport(report, 'markdown') },
  start: { result: 'start', format: (report) => formatStartReport(report, 'markdown') },
  memory: {
    result: 'memory',
    plot: { file: 'memory.svg', title: 'resident memory by threads' },
    format: (report) => formatMemoryReport(report, 'markdown'),
  },
  short: { result: 'many-policies', format: shortTable },
}

const BLOCK = /(<!-- figures:([\w-]+) -->\n)[\s\S]*?(<!-- \/figures -->)/g

/** The page with every block of figures written anew from the results in a folder. @throws RangeError of a block that nobody knows */
export function renderFigures(page: string, folder: string): string {
  return page.replace(BLOCK, (_, begin: string, name: string, end: string) => {
    const block = BLOCKS[name]
    if (block === undefined) throw new RangeError(`there are no figures ${name}`)
    const file = join(folder, `${block.result}.json`)
    const text = existsSync(file)
      ? render(block, readFileSync(file, 'utf8'), name === 'short')
      : `Not measured yet: \`scripts/figures ${block.result}\`.\n`
    return `${begin}${text}${end}`
  })
}

function render({ result, plot, format }: Block, text: string, isShort: boolean): string {
  const kept: KeptResult = JSON.parse(text)
  const formatted = spaceOut(format(kept as never))
  if (isShort) return formatted
  const picture = plot === undefined ? [] : [`![${plot.title}](benchmark/${plot.file})`, '']
  const source = `Measured on ${kept.measuredOn.slice(0, 10)} by \`${kept.command}\`; [all of it as JSON](benchmark/${result}.json).`
  return [...picture, formatted, source, ''].join('\n')
}

// In Markdown, what follows a line is of the same paragraph, and a list wants a line before it.
function spaceOut(text: string): string {
  return text.replace(/^(Verdict: .*)\n+/m, '\n$1\n\n')
}
