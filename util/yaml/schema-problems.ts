import type * as z from 'zod'
import type { Problem } from '../problems.ts'
import { describeIssue, formatPath } from '../schema/issues.ts'
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
    problems: result.error.issues.map((issue) => problemAt(document, [...path, ...issue.path], describeIssue(issue))),
  }
}

/** A problem of which the place is known. */
export type PlacedProblem = Problem & { readonly file: string; readonly line: number }

/** A problem with one field of a document. */
export function problemAt(document: YamlDocument, path: readonly PropertyKey[], message: string): PlacedProblem {
  const place = { file: document.file, line: document.lineOf(path) }
  return path.length === 0 ? { ...place, message } : { ...place, field: formatPath(path), message }
}

/** The part of a document that stands at a path. */
export function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown>)[key], root)
}
