import { segmentsAfter } from './capabilities.ts'

/**
 * What is wrong with a pattern of `hostCapabilities`, or undefined. A pattern is a capability's path, or ends in a
 * segment `*` that stands for everything below: `*`, `oci/*`, `oci/v1/*`, `oci/v1/verify`.
 */
export function describePatternProblem(pattern: string): string | undefined {
  if (pattern === '') return 'is empty'
  const segments = pattern.split('/')
  const isWildcard = segments.at(-1) === '*'
  const path = isWildcard ? segments.slice(0, -1) : segments
  if (path.some((segment) => segment.includes('*'))) return 'has a * that is not the whole last segment'
  return describeUnknownSegment(path) ?? describeEnd(path, isWildcard)
}

/** Whether any of the patterns covers the capability. Patterns that are wrong cover nothing. */
export function grantsCapability(patterns: readonly string[], capability: string): boolean {
  return patterns.some(
    (pattern) =>
      pattern === capability ||
      pattern === '*' ||
      (pattern.endsWith('/*') && capability.startsWith(pattern.slice(0, -1))),
  )
}

function describeUnknownSegment(path: readonly string[]): string | undefined {
  for (const [index, segment] of path.entries()) {
    const known = segmentsAfter(path.slice(0, index))
    if (known.length === 0) return `goes on after the capability ${path.slice(0, index).join('/')}`
    if (!known.includes(segment)) return `has an unknown segment "${segment}"; there are: ${known.join(', ')}`
  }
  return undefined
}

function describeEnd(path: readonly string[], isWildcard: boolean): string | undefined {
  const isCapability = segmentsAfter(path).length === 0
  if (isWildcard && isCapability) return `goes on after the capability ${path.join('/')}`
  if (!isWildcard && !isCapability) return `names no single capability; write ${path.join('/')}/* for all of them`
  return undefined
}
