import { InvalidArgumentError } from 'commander'
import type { Output } from '../../../bench/lay-out.ts'
import type { Limit } from '../../../bench/load.ts'
import { type ObjectSize, parseObjectSize } from '../../../bench/object-sizes.ts'
import { GatehouseError, isGatehouseError, messageOf } from '../../../util/errors.ts'

export interface BenchFlags {
  readonly clients: readonly number[]
  readonly requests?: number
  readonly duration?: number
  readonly warmup: number
  readonly policy: string
  readonly policies?: readonly number[]
  readonly objectSizes?: readonly ObjectSize[]
  readonly inProcess: boolean
  readonly evaluate: boolean
  readonly drift: boolean
  readonly profile: boolean
  readonly memory: boolean
  readonly start: boolean
  readonly threads: readonly number[]
  readonly samples: number
  readonly kubernetesVersion: string
  readonly assets?: string
  readonly output: Output
  readonly json?: string
}

export const DEFAULT_REQUESTS = 1000
const MAX_POLICIES = 50

export function readLimit({ requests, duration }: BenchFlags): Limit {
  if (duration === undefined) return { requests: requests ?? DEFAULT_REQUESTS }
  if (requests !== undefined) {
    throw new GatehouseError('ERR_CLI_USAGE', '--requests and --duration exclude each other', {
      hint: 'Name one of them.',
    })
  }
  return { milliseconds: duration * 1000 }
}

export function parseCounts(text: string): number[] {
  return [...new Set(text.split(',').map(parseCount))]
}

export function parsePolicies(text: string): number[] {
  const counts = text.split(',').map(parseCount)
  const most = Math.max(...counts)
  if (most > 1 && most <= MAX_POLICIES) return counts
  throw new InvalidArgumentError(`Name a number from 2 to ${MAX_POLICIES}; 1 is measured anyway.`)
}

export function parseSizes(text: string): ObjectSize[] {
  try {
    return [...new Set(text.split(',').map(parseObjectSize))]
  } catch (error) {
    const hint = isGatehouseError(error) ? `. ${error.hint ?? ''}` : ''
    throw new InvalidArgumentError(`${messageOf(error)}${hint}`)
  }
}

export function parseCount(text: string): number {
  const count = Number(text)
  if (!/^\d+$/.test(text.trim()) || count < 1 || count > 1_000_000) {
    throw new InvalidArgumentError('Write a whole number from 1.')
  }
  return count
}
