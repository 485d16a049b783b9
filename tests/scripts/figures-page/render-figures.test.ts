import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { judgeDrift } from '../../../bench/evaluate/drift-report.ts'
import { renderFigures } from '../../../scripts/figures-page/render-figures.ts'

const ROOT = join(import.meta.dirname, '../../..')

for (const page of ['docs/benchmark.md', 'README.md']) {
  t.test(`${page} shows the results in docs/benchmark`, async (t) => {
    const text = readFileSync(join(ROOT, page), 'utf8')
    t.match(text, '<!-- figures:')
    t.equal(renderFigures(text, join(ROOT, 'docs/benchmark')), text)
    for (const [, file = ''] of text.matchAll(/\]\(([\w/-]+\.svg)\)/g)) {
      t.ok(existsSync(join(ROOT, dirname(page), file)), file)
    }
  })
}

t.test('a block is written anew from its result, and the rest of the page stays', async (t) => {
  const folder = t.testdir()
  mkdirSync(folder, { recursive: true })
  const page = 'Before.\n\n<!-- figures:drift -->\nold\n<!-- /figures -->\nBehind.\n'
  t.equal(
    renderFigures(page, folder),
    'Before.\n\n<!-- figures:drift -->\nNot measured yet: `scripts/figures drift`.\n<!-- /figures -->\nBehind.\n',
  )
  const tenth = { p50: 1, p99: 2, residentBytes: 1024 }
  const figures = { policy: 'some', executionMode: 'opa', evaluations: 10, first: tenth, last: tenth }
  const machine = { cpus: 2, model: 'Some', architecture: 'x64', node: 'v24.0.0' }
  const report = { machine, rows: [{ ...figures, goals: judgeDrift(figures) }], verdict: 'pass' }
  const how = { command: 'gatehouse bench --drift', measuredOn: '2026-01-02T03:04:05.000Z' }
  writeFileSync(join(folder, 'drift.json'), JSON.stringify({ ...how, ...report }))
  const written = renderFigures(page, folder)
  t.match(written, /^Before\.\n\n<!-- figures:drift -->\n\| policy /)
  t.match(written, '\n\nVerdict: pass.\n\n- pass: ')
  t.match(written, 'Measured on 2026-01-02 by `gatehouse bench --drift`; [all of it as JSON](benchmark/drift.json).')
  t.match(written, /<!-- \/figures -->\nBehind\.\n$/)
  t.equal(renderFigures(written, folder), written)
  t.throws(() => renderFigures('<!-- figures:x -->\n<!-- /figures -->', folder), { message: 'there are no figures x' })
})
