import {
  CUSTOM_SECTION,
  customSection,
  readCustomSection,
  readSections,
  type Section,
  writeSections,
} from './sections.ts'

const SECTION_NAME = 'io.kubewarden.metadata'

/** The contents of every section that holds Kubewarden's metadata; a module should have at most one. @throws UnusableModule */
export function findMetadata(module: Uint8Array): Uint8Array[] {
  return readSections(module)
    .filter(({ id }) => id === CUSTOM_SECTION)
    .map(readCustomSection)
    .filter(({ name }) => name === SECTION_NAME)
    .map(({ contents }) => contents)
}

/** Writes metadata into a module, in place of any that it carries: what `kwctl annotate` does. @throws UnusableModule */
export function embedMetadata(module: Uint8Array, metadata: object): Uint8Array<ArrayBuffer> {
  const others = readSections(module).filter((section) => !isMetadata(section))
  return writeSections([...others, customSection(SECTION_NAME, new TextEncoder().encode(JSON.stringify(metadata)))])
}

function isMetadata(section: Section): boolean {
  return section.id === CUSTOM_SECTION && readCustomSection(section).name === SECTION_NAME
}
