import { readSections } from '../module/sections.ts'
import { CAPABILITIES } from './capabilities.ts'

const DATA_SECTION = 11

/** The host capabilities that a module seems to use: those whose names lie in its data. A hint, which anybody can forge. */
export function findCapabilities(module: Uint8Array): string[] {
  const data = readSections(module)
    .filter(({ id }) => id === DATA_SECTION)
    .map(({ contents }) => Buffer.from(contents))
  const names = (text: string) => data.some((contents) => contents.includes(text))
  return CAPABILITIES.filter((capability) => {
    const slash = capability.indexOf('/')
    return names(capability.slice(0, slash)) && names(capability.slice(slash + 1))
  })
}
