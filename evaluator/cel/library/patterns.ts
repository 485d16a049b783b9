import { RE2JS } from 're2js'
import { messageOf } from '../../../util/errors.ts'
import { Failure, noSuchOverload, type Result, type Value } from '../run/values.ts'
import type { Library } from '../types/environment.ts'

// Patterns come with the expression: few, and the same ones for every request.
const MAX_KEPT = 200
const kept = new Map<string, RE2JS | Failure>()

/** Compiles an RE2 pattern, which takes time in proportion to the text, whatever the pattern. */
export function compilePattern(pattern: string): RE2JS | Failure {
  const known = kept.get(pattern)
  if (known !== undefined) return known
  if (kept.size >= MAX_KEPT) kept.clear()
  const compiled = tryCompile(pattern)
  kept.set(pattern, compiled)
  return compiled
}

function tryCompile(pattern: string): RE2JS | Failure {
  try {
    return RE2JS.compile(pattern)
  } catch (error) {
    return new Failure(messageOf(error))
  }
}

/** `text.matches(pattern)`: anywhere in the text, unless the pattern is anchored. */
export function matchesPattern(text: Value, pattern: Value): Result {
  if (typeof text !== 'string' || typeof pattern !== 'string') return noSuchOverload('matches')
  const compiled = compilePattern(pattern)
  return compiled instanceof Failure ? compiled : compiled.test(text)
}

/** Kubernetes' regex library. https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-regex-library */
export const regex: Library = {
  functions: {
    '<string>.find(string): string': (text: string, pattern: string) => {
      const found = findAll(text, pattern, 1n)
      return found instanceof Failure ? found : (found[0] ?? '')
    },
    '<string>.findAll(string): list<string>': (text: string, pattern: string) => findAll(text, pattern, -1n),
    '<string>.findAll(string, int): list<string>': findAll,
  },
}

function findAll(text: string, pattern: string, limit: bigint): string[] | Failure {
  const compiled = compilePattern(pattern)
  if (compiled instanceof Failure) return new Failure(`Illegal regex: ${compiled.message}`)
  const matcher = compiled.matcher(text)
  const found: string[] = []
  while ((limit < 0n || found.length < limit) && matcher.find()) found.push(matcher.group() ?? '')
  return found
}
