import * as z from 'zod'
import { isRecord } from '../record.ts'

/**
 * `refuse`: unknown keys are problems, as in the API server's strict decoding. `ignore`: they are ignored as Kubewarden
 * does, but for those that look like a misspelt field: ignoring `ruels` would leave a policy unregistered.
 */
export interface FieldsOptions {
  readonly unknown: 'refuse' | 'ignore'
  /**
   * Checks across fields; runs even when single fields have problems, so values are not validated yet. A problem of no
   * single field is reported under ''.
   */
  readonly check?: (value: Readonly<Record<string, unknown>>, report: (field: string, message: string) => void) => void
}

/** An object schema in which null means absent, as in Kubernetes and Kubewarden, and only known fields come out. */
export function fields<Shape extends z.ZodRawShape>(shape: Shape, { unknown, check }: FieldsOptions) {
  const known = Object.keys(shape)
  const object = z
    .looseObject(shape)
    .superRefine(
      (value, context) => {
        const report = (field: string, message: string) =>
          context.addIssue({ code: 'custom', path: field === '' ? [] : [field], message })
        for (const key of Object.keys(value)) {
          const message = known.includes(key) ? undefined : describeUnknownKey(key, known, unknown)
          if (message !== undefined) context.addIssue({ code: 'custom', path: [key], message })
        }
        check?.(value, report)
      },
      { when: ({ value }) => isRecord(value) },
    )
    .transform((value) => pick(value, known) as z.output<z.ZodObject<Shape>>)
  return z.preprocess((value) => (isRecord(value) ? withoutNulls(value) : value), object)
}

function describeUnknownKey(key: string, known: readonly string[], unknown: 'refuse' | 'ignore'): string | undefined {
  const near = findMisspelt(key, known)
  if (near !== undefined) return `is not a field here; did you mean ${near}?`
  return unknown === 'refuse' ? `is not a field here; the fields are ${known.join(', ')}` : undefined
}

/** The field that a key seems to mean, but for a slip of the pen. */
export function findMisspelt(key: string, known: readonly string[]): string | undefined {
  const asked = key.toLowerCase()
  const near = known.find((name) => isNear(asked, name.toLowerCase()))
  // `mode` is near to module, and means policyMode
  return near && (known.find((name) => name.toLowerCase().endsWith(asked)) ?? near)
}

function withoutNulls(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null))
}

function pick(value: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => keys.includes(key)))
}

// At most two letters added, dropped or changed (Levenshtein); short names are never near.
function isNear(left: string, right: string): boolean {
  if (Math.min(left.length, right.length) < 4 || Math.abs(left.length - right.length) > 2) return false
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (const [i, letter] of [...left].entries()) {
    const next = [i + 1]
    for (let j = 0; j < right.length; j++) {
      const changed = (row[j] ?? 0) + (letter === right[j] ? 0 : 1)
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return (row.at(-1) ?? 0) <= 2
}
