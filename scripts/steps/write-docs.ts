import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { sampleKindConfigs } from '../../plugin/kind/sample-configs.ts'
import { renderReferencePages } from './reference-pages.ts'

for (const [file, text] of Object.entries(await renderReferencePages())) writeFileSync(file, text)

rmSync('kind-config', { recursive: true, force: true })
for (const [name, text] of Object.entries(sampleKindConfigs())) {
  const file = join('kind-config', name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
