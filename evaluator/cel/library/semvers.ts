import { compareStrings } from '../run/order.ts'
import { Failure, fitsUint, Opaque, type Value } from '../run/values.ts'
import type { Library } from '../types/environment.ts'

type Identifier = bigint | string

/** A version after https://semver.org. What stands behind `+` is no part of its order. */
export class Semver extends Opaque {
  readonly typeName = 'kubernetes.Semver'
  readonly core: readonly [bigint, bigint, bigint]
  readonly prerelease: readonly Identifier[]

  constructor(core: readonly [bigint, bigint, bigint], prerelease: readonly Identifier[]) {
    super()
    this.core = core
    this.prerelease = prerelease
  }

  override equals(other: Value): boolean | Failure {
    return other instanceof Semver ? compare(this, other) === 0 : new Failure('no such overload')
  }
}

/** Kubernetes' semver library. https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-semver-library */
export const semvers: Library = {
  functions: {
    'semver(string): Semver': (text: string) => parse(text),
    'semver(string, bool): Semver': (text: string, normalize: boolean) => read(text, normalize),
    'isSemver(string): bool': (text: string) => !(parse(text) instanceof Failure),
    'isSemver(string, bool): bool': (text: string, normalize: boolean) => !(read(text, normalize) instanceof Failure),
    '<Semver>.isGreaterThan(Semver): bool': (left: Semver, right: Semver) => compare(left, right) > 0,
    '<Semver>.isLessThan(Semver): bool': (left: Semver, right: Semver) => compare(left, right) < 0,
    '<Semver>.compareTo(Semver): int': (left: Semver, right: Semver) => BigInt(compare(left, right)),
    '<Semver>.major(): int': ({ core }: Semver) => BigInt.asIntN(64, core[0]),
    '<Semver>.minor(): int': ({ core }: Semver) => BigInt.asIntN(64, core[1]),
    '<Semver>.patch(): int': ({ core }: Semver) => BigInt.asIntN(64, core[2]),
  },
}

const FORM = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?$/

function parse(text: string): Semver | Failure {
  const [matched, major = '', minor = '', patch = '', prerelease, build] = FORM.exec(text) ?? []
  const core = [major, minor, patch].map(BigInt) as [bigint, bigint, bigint]
  const identifiers = prerelease?.split('.') ?? []
  const isVersion = matched !== undefined && core.every(fitsUint) && !(build?.split('.') ?? []).includes('')
  return isVersion && identifiers.every(isIdentifier)
    ? new Semver(core, identifiers.map(toIdentifier))
    : new Failure(`"${text}" is no semantic version`)
}

const isIdentifier = (text: string) =>
  text !== '' && (!/^\d+$/.test(text) || ((text === '0' || !text.startsWith('0')) && fitsUint(BigInt(text))))
const toIdentifier = (text: string): Identifier => (/^\d+$/.test(text) ? BigInt(text) : text)

// `v1.02` is 1.2.0 to those who ask for it
function read(text: string, normalize: boolean): Semver | Failure {
  if (!normalize) return parse(text)
  const [major = '', minor, ...rest] = text.replace(/^v/, '').split('.')
  const parts = [major, minor, rest.length === 0 ? undefined : rest.join('.')].filter((part) => part !== undefined)
  if (parts.length < 3 && /[-+]/.test(parts.at(-1) ?? ''))
    return new Failure('short version cannot contain PreRelease/Build meta data')
  const stripped = parts.map((part) => (part.length > 1 ? stripZeros(part) : part))
  return parse([...stripped, '0', '0'].slice(0, 3).join('.'))
}

function stripZeros(part: string): string {
  const stripped = part.replace(/^0+/, '')
  return /^\d/.test(stripped) ? stripped : `0${stripped}`
}

function compare(left: Semver, right: Semver): number {
  for (const [i, number] of left.core.entries()) {
    const other = right.core[i] ?? 0n
    if (number !== other) return number < other ? -1 : 1
  }
  return comparePrerelease(left.prerelease, right.prerelease)
}

// a version stands behind its own prereleases
function comparePrerelease(left: readonly Identifier[], right: readonly Identifier[]): number {
  if (left.length === 0 || right.length === 0) return Math.sign(right.length - left.length)
  for (const [i, identifier] of left.entries()) {
    const other = right[i]
    if (other === undefined) return 1
    const order = compareIdentifiers(identifier, other)
    if (order !== 0) return order
  }
  return Math.sign(left.length - right.length)
}

function compareIdentifiers(left: Identifier, right: Identifier): number {
  if (typeof left === 'string' && typeof right === 'string') return compareStrings(left, right)
  if (typeof left !== typeof right) return typeof left === 'bigint' ? -1 : 1
  return left < right ? -1 : left > right ? 1 : 0
}
