import { nameMachine } from '../../bench/machine.ts'
import type { BenchReport, ReportRow } from '../../bench/report.ts'

/** What one policy and the most policies add on each path, for those who read one table only. */
export function shortTable({ rows, growth = [], machine, kubernetesVersion }: BenchReport): string {
  const counts = rows.flatMap(({ policies = 1 }) => policies)
  const paths = [
    ['cel', 'in process, CEL'],
    ['in-process', 'in process, Wasm'],
    ['floor', 'floor: that many calls'],
    ['policies', 'an entry each'],
    ['combined', '**one entry**'],
  ] as const
  const measured = paths.filter(([path]) => rows.some(({ row }) => row.startsWith(`${path}-`)))
  const lines = [Math.min(...counts), Math.max(...counts)].map((count) => {
    const cells = measured.map(([path]) =>
      formatAdded(rows, count === 1 && path === 'floor' ? path : `${path}-${count}`),
    )
    const ratio = growth.find(({ row }) => row === `combined-${count}`)?.p50
    return [String(count), ...cells, count === 1 ? '1' : (ratio?.toFixed(2) ?? '')]
  })
  const header = ['policies', ...measured.map(([, title]) => title), 'one entry × one policy']
  const rule = header.map(() => '---:')
  const table = [header, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`)
  return [...table, '', `Kubernetes ${kubernetesVersion}, ${nameMachine(machine)}.`, ''].join('\n')
}

function formatAdded(rows: readonly ReportRow[], name: string): string {
  const added = rows.find(({ row }) => row === name)?.added?.p50
  return added === undefined ? '' : `${added < 0 ? '' : '+'}${added.toFixed(2)} ms`
}
