import { writeFileSync } from 'node:fs'
import { renderReferencePages } from './reference-pages.ts'

for (const [file, text] of Object.entries(await renderReferencePages())) writeFileSync(file, text)
