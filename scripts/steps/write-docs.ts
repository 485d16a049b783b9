import { writeFileSync } from 'node:fs'
import { renderReferencePages } from './reference-pages.ts'

for (const [file, text] of Object.entries(renderReferencePages())) writeFileSync(file, text)
