import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { renderFigures } from '../figures-page/render-figures.ts'

// What is only tried does not end up in the pages.
const MEASURED = join('docs', 'benchmark')
const [folder = MEASURED] = process.argv.slice(2)

for (const page of [join('docs', 'benchmark.md'), 'README.md']) {
  const target = folder === MEASURED ? page : join(folder, basename(page))
  writeFileSync(target, renderFigures(readFileSync(page, 'utf8'), folder))
  console.error(` ✓ ${target}`)
}
