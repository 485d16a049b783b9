import { isUtf8 } from 'node:buffer'
import { GatehouseError } from '../../util/errors.ts'
import { type PolicyMetadata, parseMetadata } from './metadata.ts'
import {
  CUSTOM_SECTION,
  customSection,
  readCustomSection,
  readSections,
  type Section,
  writeSections,
} from './sections.ts'
import { toModuleError } from './unusable-module.ts'

const SECTION_NAME = 'io.kubewarden.metadata'

/**
 * The metadata that a module carries; undefined if it carries none.
 * @throws GatehouseError ERR_MODULE_INVALID, or ERR_MODULE_METADATA with every problem
 */
export async function readMetadata(module: Uint8Array, source: string): Promise<PolicyMetadata | undefined> {
  const [contents, ...others] = findMetadataIn(module, source)
  if (contents === undefined) return undefined
  if (others.length > 0) {
    throw new GatehouseError('ERR_MODULE_METADATA', `${source}: carries metadata ${others.length + 1} times`, {
      hint: 'annotate the module again; that leaves one',
    })
  }
  return parseMetadata(parseJson(contents, source), source)
}

/** Writes metadata into a module, in place of any that it carries: what `kwctl annotate` does. */
export function embedMetadata(module: Uint8Array, metadata: object): Uint8Array<ArrayBuffer> {
  const others = readSections(module).filter((section) => !isMetadata(section))
  return writeSections([...others, customSection(SECTION_NAME, Buffer.from(JSON.stringify(metadata)))])
}

/** The contents of every section that holds metadata; a module should have one. @throws UnusableModule */
export function findMetadata(module: Uint8Array): Uint8Array[] {
  return readSections(module)
    .filter(isMetadata)
    .map((section) => readCustomSection(section).contents)
}

function findMetadataIn(module: Uint8Array, source: string): Uint8Array[] {
  try {
    return findMetadata(module)
  } catch (error) {
    throw toModuleError(error, source)
  }
}

function isMetadata(section: Section): boolean {
  return section.id === CUSTOM_SECTION && readCustomSection(section).name === SECTION_NAME
}

function parseJson(contents: Uint8Array, source: string): unknown {
  try {
    if (!isUtf8(contents)) throw new Error('is not UTF-8')
    return JSON.parse(Buffer.from(contents).toString())
  } catch (cause) {
    throw new GatehouseError('ERR_MODULE_METADATA', `${source}: the section ${SECTION_NAME} is not JSON`, { cause })
  }
}
