import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { renderReferencePages } from '../../scripts/steps/reference-pages.ts'

for (const [file, text] of Object.entries(await renderReferencePages())) {
  t.test(`${file} is what scripts/docs writes`, async (t) => {
    t.equal(readFileSync(join(import.meta.dirname, '../..', file), 'utf8'), text)
  })
}
