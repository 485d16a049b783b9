import * as z from 'zod'
import { isRecord } from '../../util/record.ts'
import { fields } from '../../util/schema/fields.ts'
import { patternProblem } from './text-matcher.ts'

const nonEmpty = z.string().min(1)

/** The name of a file, beside the test file, or what it would hold. */
export const fileOrMap = z.custom<string | Readonly<Record<string, unknown>>>(
  (value) => (typeof value === 'string' ? value !== '' : isRecord(value)),
  { error: 'must be the name of a file, or a map' },
)

const MATCHERS = ['equals', 'contains', 'matches'] as const

/** A text, or what must be said of it. */
const textMatcher = z.preprocess(
  (value) => (typeof value === 'string' ? { equals: value } : value),
  fields(
    { equals: z.string().exactOptional(), contains: nonEmpty.exactOptional(), matches: nonEmpty.exactOptional() },
    {
      unknown: 'refuse',
      check(value, report) {
        if (MATCHERS.filter((name) => name in value).length !== 1)
          report('', `must be a text, or have one of ${MATCHERS.join(', ')}`)
        const problem = typeof value['matches'] === 'string' ? patternProblem(value['matches']) : undefined
        if (problem !== undefined) report('matches', problem)
      },
    },
  ),
)

const settingsExpectation = fields(
  { valid: z.boolean(), message: textMatcher.exactOptional() },
  {
    unknown: 'refuse',
    check({ valid, message }, report) {
      if (valid === true && message !== undefined) report('message', 'is only given for settings that are refused')
    },
  },
)

const patchOperation = z.custom<Readonly<Record<string, unknown>>>(isRecord, {
  error: 'must be an operation, such as {op: add, path: /metadata/labels/team, value: web}',
})

/** What a case says of the answer; what it does not mention may be anything. */
export const expectationSchema = fields(
  {
    allowed: z.boolean().exactOptional(),
    error: z.boolean().exactOptional(),
    message: textMatcher.exactOptional(),
    code: z.int().exactOptional(),
    patch: z.array(patchOperation).exactOptional(),
    object: fileOrMap.exactOptional(),
    warnings: z.array(textMatcher).exactOptional(),
    auditAnnotations: z.record(z.string(), z.string()).exactOptional(),
    settings: settingsExpectation.exactOptional(),
  },
  {
    unknown: 'refuse',
    check({ allowed, error }, report) {
      if (error === true && allowed === true) report('error', 'is true, and a policy that fails allows nothing')
    },
  },
)

export type Expectation = z.output<typeof expectationSchema>
