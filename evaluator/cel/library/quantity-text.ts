import { Failure, fitsInt } from '../run/values.ts'

export interface ParsedQuantity {
  readonly unscaled: bigint
  readonly scale: number
  readonly isSmall: boolean
}

const FORM = /^([-+]?)0*(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }
const BINARY: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 }

const NANO = -9
// What 64 bits hold is counted in digits, as Go does before it tries.
const SMALL_DIGITS = 18
const SMALL_BINARY_DIGITS = 15
const MAX_BINARY = 2n ** 63n - 1n
// Larger exponents make no sense and would fill the memory.
const MAX_EXPONENT = 10_000

/** Reads `100m`, `1.5Gi` or `2e3`. https://pkg.go.dev/k8s.io/apimachinery/pkg/api/resource#ParseQuantity */
export function parseQuantity(text: string): ParsedQuantity | Failure {
  const [matched, sign, whole = '', fraction = '', suffix = ''] = FORM.exec(text) ?? []
  if (matched === undefined || text === '') return wrongFormat()
  const exponent = readSuffix(suffix)
  if (exponent === undefined) return new Failure("unable to parse quantity's suffix")
  const digits = `${whole || '0'}${fraction}`
  // only a number that has digits is one: "." and "m" are not, but Go takes both for zero
  const parts = { digits, fraction: fraction.length, ...exponent }
  const { unscaled, scale, isSmall } = isFast(parts) ? readFast(parts) : readSlow(parts)
  return { unscaled: sign === '-' ? -unscaled : unscaled, scale, isSmall }
}

const wrongFormat = () =>
  new Failure("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")

interface Parts {
  readonly digits: string
  /** How many of the digits stand behind the point. */
  readonly fraction: number
  readonly base: 2 | 10
  readonly exponent: number
}

function readSuffix(suffix: string): { base: 2 | 10; exponent: number } | undefined {
  if (Object.hasOwn(DECIMAL, suffix)) return { base: 10, exponent: DECIMAL[suffix] ?? 0 }
  if (Object.hasOwn(BINARY, suffix)) return { base: 2, exponent: BINARY[suffix] ?? 0 }
  if (!/^[eE][-+]?\d+$/.test(suffix)) return undefined
  const exponent = Number(suffix.slice(1))
  return Math.abs(exponent) <= MAX_EXPONENT ? { base: 10, exponent } : undefined
}

function isFast({ digits, fraction, base, exponent }: Parts): boolean {
  if (base === 10) return SMALL_DIGITS - digits.length >= 0 && exponent - fraction >= NANO
  return fraction === 0 && SMALL_BINARY_DIGITS - digits.length - Math.trunc((exponent * 3) / 10) - 1 >= 0
}

function readFast({ digits, fraction, base, exponent }: Parts): ParsedQuantity {
  if (base === 10) return { unscaled: BigInt(digits), scale: exponent - fraction, isSmall: true }
  const unscaled = BigInt(digits) << BigInt(exponent)
  return { unscaled, scale: 0, isSmall: fitsInt(unscaled) }
}

// Nothing finer than nano: what is, is rounded up.
function readSlow({ digits, fraction, base, exponent }: Parts): ParsedQuantity {
  const unscaled = base === 2 ? BigInt(digits) << BigInt(exponent) : BigInt(digits)
  const scale = (base === 10 ? exponent : 0) - fraction
  const rounded =
    scale >= NANO ? { unscaled, scale } : { unscaled: divideUp(unscaled, 10n ** BigInt(NANO - scale)), scale: NANO }
  const isCapped = base === 2 && rounded.unscaled > MAX_BINARY * 10n ** BigInt(Math.max(0, -rounded.scale))
  return { ...(isCapped ? { unscaled: MAX_BINARY, scale: 0 } : rounded), isSmall: false }
}

const divideUp = (dividend: bigint, divisor: bigint) => (dividend + divisor - 1n) / divisor
