import { compareTexts } from '../values/order.ts'
import { RegoNumber } from '../values/value.ts'
import { type Builtins, NotDefined } from './builtin.ts'
import { textAt, valueAt } from './operands.ts'

/** https://www.openpolicyagent.org/docs/policy-reference/builtins/semver */
export const SEMVER: Builtins = {
  'semver.is_valid': (args) => {
    const text = valueAt(args, 0)
    return typeof text === 'string' && parseVersion(text) !== undefined
  },
  'semver.compare': (args) => RegoNumber.of(compareVersions(versionAt(args, 0), versionAt(args, 1))),
}

interface Version {
  readonly core: readonly bigint[]
  readonly preRelease: readonly string[]
}

const NUMBER = '(0|[1-9][0-9]*)'
const IDENTIFIERS = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*'
const VERSION = new RegExp(`^v?${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-(${IDENTIFIERS}))?(?:\\+${IDENTIFIERS})?$`)
const MAX_INT64 = 2n ** 63n

// https://semver.org/spec/v2.0.0.html
function parseVersion(text: string): Version | undefined {
  const [, major = '', minor = '', patch = '', preRelease] = VERSION.exec(text) ?? []
  if (major === '') return undefined
  const core = [major, minor, patch].map(BigInt)
  const identifiers = preRelease?.split('.') ?? []
  const isLarge = core.some((number) => number >= MAX_INT64)
  return isLarge || identifiers.some((identifier) => /^0[0-9]+$/.test(identifier))
    ? undefined
    : { core, preRelease: identifiers }
}

function versionAt(args: Parameters<typeof textAt>[0], index: number): Version {
  const version = parseVersion(textAt(args, index))
  if (version === undefined) throw new NotDefined('not a semantic version')
  return version
}

function compareVersions(left: Version, right: Version): number {
  for (const [index, number] of left.core.entries()) {
    const other = right.core[index] ?? 0n
    if (number !== other) return number < other ? -1 : 1
  }
  return comparePreReleases(left.preRelease, right.preRelease)
}

function comparePreReleases(left: readonly string[], right: readonly string[]): number {
  // one without is newer than all with
  if (left.length === 0 || right.length === 0) return Math.sign(right.length - left.length)
  for (const [index, identifier] of left.entries()) {
    const other = right[index]
    if (other === undefined) return 1
    const order = compareIdentifiers(identifier, other)
    if (order !== 0) return order
  }
  return left.length < right.length ? -1 : 0
}

function compareIdentifiers(left: string, right: string): number {
  const [isNumber, isOtherNumber] = [/^[0-9]+$/.test(left), /^[0-9]+$/.test(right)]
  if (isNumber !== isOtherNumber) return isNumber ? -1 : 1
  if (!isNumber) return Math.sign(compareTexts(left, right))
  // Go's integers end at 64 bits, and so do such numbers there
  const [a, b] = [left, right].map((text) => minimum(BigInt(text), MAX_INT64 - 1n))
  return (a ?? 0n) < (b ?? 0n) ? -1 : Number((a ?? 0n) > (b ?? 0n))
}

const minimum = (a: bigint, b: bigint) => (a < b ? a : b)
