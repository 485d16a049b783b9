import type { Problem } from '../util/problems.ts'
import { type Authority, parseAuthority } from './connect/authority.ts'

/** Reads texts as values, and collects what is wrong with them, so that all of it can be reported at once. */
export class FlagReader {
  readonly problems: Problem[] = []

  refuse(flag: string, message: string): void {
    this.problems.push({ field: `--${flag}`, message })
  }

  number(flag: string, text: string | undefined, range: NumberRange): number {
    if (text === undefined) return range.default
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
    if (value >= range.min && value <= range.max && (range.allowsFraction === true || Number.isInteger(value)))
      return value
    const kind = range.allowsFraction === true ? 'a number' : 'a whole number'
    this.refuse(flag, `is ${JSON.stringify(text)}; must be ${kind} from ${range.min} to ${range.max}`)
    return range.default
  }

  choice<T extends string>(flag: string, text: string | undefined, choices: readonly T[], fallback: T): T {
    if (text === undefined) return fallback
    const choice = choices.find((candidate) => candidate === text)
    if (choice === undefined) this.refuse(flag, `is ${JSON.stringify(text)}; must be one of ${choices.join(', ')}`)
    return choice ?? fallback
  }

  /** Rights as chmod(1) takes them, in octal. */
  mode(flag: string, text: string | undefined, fallback: number): number {
    if (text === undefined) return fallback
    if (/^0?[0-7]{3}$/.test(text)) return Number.parseInt(text, 8)
    this.refuse(flag, `is ${JSON.stringify(text)}; must be octal rights such as 0660`)
    return fallback
  }

  authorities(flag: string, texts: readonly string[], defaultPort?: number): Authority[] {
    return texts.flatMap((text) => {
      const authority = parseAuthority(text) ?? parseAuthority(`${text}:${defaultPort}`)
      if (authority !== undefined) return [authority]
      const form = defaultPort === undefined ? 'host:port' : 'host or host:port'
      this.refuse(flag, `is ${JSON.stringify(text)}; must be ${form}, an IPv6 address in brackets`)
      return []
    })
  }

  /** The numeric id of an account; `find` knows names. */
  account(flag: string, text: string | undefined, find: (name: string) => number | undefined): number | undefined {
    if (text === undefined) return undefined
    const id = find(text)
    if (id === undefined)
      this.refuse(flag, `is ${JSON.stringify(text)}, which this machine does not know; give its number`)
    return id
  }
}

export interface NumberRange {
  readonly default: number
  readonly min: number
  readonly max: number
  readonly allowsFraction?: boolean
}
