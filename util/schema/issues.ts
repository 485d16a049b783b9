import type * as z from 'zod'

/** `pod-privileged.rules[0].operations` */
export function formatPath(path: readonly PropertyKey[]): string {
  const segments = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
  return segments.join('').replace(/^\./, '')
}

/** Says what is wrong with a value, as the rest of a sentence that begins with the field; wants `reportInput: true`. */
export function describeIssue(issue: z.core.$ZodIssue): string {
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
      return issue.issues.map(describeIssue).join('; ')
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
