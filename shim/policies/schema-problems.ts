import type * as z from 'zod'
import type { Problem } from '../../util/problems.ts'
import type { YamlDocument } from './yaml-document.ts'

/** A value that passed its schema, or everything that is wrong with it. */
export type Checked<T> =
  | { readonly value: T; readonly problems: readonly [] }
  | { readonly value?: undefined; readonly problems: readonly Problem[] }

/** Checks the part of a document that stands at a path, and says for each problem where in the file it is. */
export function checkAt<T>(schema: z.ZodType<T>, document: YamlDocument, path: readonly PropertyKey[]): Checked<T> {
  const result = schema.safeParse(valueAt(document.value, path), { reportInput: true })
  if (result.success) return { value: result.data, problems: [] }
  return {
    problems: result.error.issues.map((issue) => problemAt(document, [...path, ...issue.path], toMessage(issue))),
  }
}

/** A problem of which the place is known. */
export type PlacedProblem = Problem & { readonly file: string; readonly line: number }

/** A problem with one field of a document. */
export function problemAt(document: YamlDocument, path: readonly PropertyKey[], message: string): PlacedProblem {
  const place = { file: document.file, line: document.lineOf(path) }
  return path.length === 0 ? { ...place, message } : { ...place, field: formatPath(path), message }
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown>)[key], root)
}

// `pod-privileged.rules[0].operations`
function formatPath(path: readonly PropertyKey[]): string {
  const segments = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
  return segments.join('').replace(/^\./, '')
}

function toMessage(issue: z.core.$ZodIssue): string {
  const found = describe(issue.input)
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? 'is missing'
        : `is ${found}; must be ${EXPECTED[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `is ${found}; must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`
    case 'too_small':
      return issue.origin === 'number' ? `is ${found}; must be at least ${issue.minimum}` : 'is empty'
    case 'too_big':
      return `is ${issue.origin === 'number' ? found : 'too long'}; must be at most ${issue.maximum}`
    case 'invalid_key':
      return issue.issues.map(toMessage).join('; ')
    default:
      return issue.message
  }
}

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'a string',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
  int: 'a whole number',
  number: 'a number',
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'a map'
  return JSON.stringify(value) ?? String(value)
}
