import { layOut, type Output } from '../lay-out.ts'
import { LIMIT_NOTE } from '../limit-note.ts'
import { nameMachine } from '../machine.ts'
import type { ProfilePart, ProfileReport } from './report.ts'

/** The report as text that ends with a newline. */
export function formatProfile(report: ProfileReport, output: Output): string {
  if (output === 'json') return `${JSON.stringify(report, null, 2)}\n`
  const { withPolicy, withoutPolicy, addedP50, floor, parts, after, policy, kubernetesVersion, machine } = report
  const table = [
    ['where', 'what', 'p50', 'p99', 'share'],
    ...parts.map(cellsOf),
    ['', 'added by the policy', formatMs(addedP50), '', '100 %'],
    ['API server', 'the request without a policy', formatMs(withoutPolicy.p50), formatMs(withoutPolicy.p99), ''],
    ['', 'the request with it', formatMs(withPolicy.p50), formatMs(withPolicy.p99), ''],
    ['shim', 'after the answer: cleaning, counters', formatMs(after.p50), formatMs(after.p99), ''],
  ]
  const floorLine = `The floor adds ${formatMs(floor.addedP50)}; its API server's calls of it take ${formatMs(floor.call)}.`
  const lines = [
    ...layOut(table, output, [0, 1]),
    '',
    `Milliseconds, ${withPolicy.count} requests from one client; share: of what the policy adds to the median.`,
    halvesOf(report),
    floorLine,
    LIMIT_NOTE,
    `Kubernetes ${kubernetesVersion}, policy ${policy}, ${nameMachine(machine)}.`,
  ]
  return `${lines.join('\n')}\n`
}

function cellsOf({ where, title, p50, p99, share }: ProfilePart): string[] {
  return [
    where,
    title,
    formatMs(p50),
    p99 === undefined ? '' : formatMs(p99),
    share === null ? '' : `${(share * 100).toFixed(0)} %`,
  ]
}

function halvesOf({ parts, addedP50 }: ProfileReport): string {
  const sumOf = (place: ProfilePart['where']) =>
    parts.filter(({ where }) => where === place).reduce((sum, { p50 }) => sum + p50, 0)
  const [theirs, ours] = [sumOf('API server'), sumOf('shim')]
  const share = addedP50 > 0 ? ` (${((ours / addedP50) * 100).toFixed(0)} %)` : ''
  return `The API server's half is ${formatMs(theirs)}, the shim's ${formatMs(ours)}${share}.`
}

function formatMs(milliseconds: number): string {
  return milliseconds.toFixed(3)
}
