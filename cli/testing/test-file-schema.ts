import * as z from 'zod'
import { EXECUTION_MODES } from '../../evaluator/module/metadata.ts'
import { isRecord } from '../../util/record.ts'
import { fields } from '../../util/schema/fields.ts'
import { expectationSchema, fileOrMap } from './expectation-schema.ts'

const nonEmpty = z.string().min(1)

const settings = z
  .custom<Readonly<Record<string, unknown>>>(isRecord, { error: 'must be a map', abort: false })
  .exactOptional()

// A module and how to call it, or a policy of a file as operators write it.
const policySchema = z.preprocess(
  (value) => (typeof value === 'string' ? { module: value } : value),
  fields(
    {
      module: nonEmpty.exactOptional(),
      executionMode: z.enum(EXECUTION_MODES).exactOptional(),
      file: nonEmpty.exactOptional(),
      id: nonEmpty.exactOptional(),
    },
    {
      unknown: 'refuse',
      check({ module, executionMode, file, id }, report) {
        if ((module === undefined) === (file === undefined))
          report('', 'must have either module, or file and id of a policy in it')
        if ((file === undefined) !== (id === undefined)) report('id', 'goes with file: a policy, or a group, in it')
        if (executionMode !== undefined && module === undefined)
          report('executionMode', 'is for a module; a file of policies says it itself')
      },
    },
  ),
)

const userSchema = z.preprocess(
  (value) => (typeof value === 'string' ? { name: value } : value),
  fields({ name: nonEmpty, groups: z.array(nonEmpty).exactOptional() }, { unknown: 'refuse' }),
)

const SUBJECTS = ['request', 'object', 'rawRequest']
const OF_OBJECTS = ['operation', 'oldObject', 'namespace', 'user']

type Report = (field: string, message: string) => void
type Unchecked = Readonly<Record<string, unknown>>

const caseSchema = fields(
  {
    name: nonEmpty,
    settings,
    request: fileOrMap.exactOptional(),
    object: fileOrMap.exactOptional(),
    rawRequest: z.custom<unknown>((value) => value !== undefined).exactOptional(),
    operation: z.enum(['CREATE', 'UPDATE', 'DELETE']).exactOptional(),
    oldObject: fileOrMap.exactOptional(),
    namespace: nonEmpty.exactOptional(),
    user: userSchema.exactOptional(),
    expect: expectationSchema,
  },
  {
    unknown: 'refuse',
    check(value, report) {
      checkSubject(value, report)
      checkObject(value, report)
    },
  },
)

// What is asked, and whether an answer is expected.
function checkSubject(value: Unchecked, report: Report): void {
  const subjects = SUBJECTS.filter((name) => name in value)
  const expected = isRecord(value['expect']) ? value['expect'] : {}
  const asksForSettings = isRecord(expected['settings'])
  const expectsAnswer = Object.entries(expected).some(([name, field]) => name !== 'settings' && field !== null)
  if (subjects.length > 1) report('', `has ${subjects.join(' and ')}, of which one is asked about`)
  if (subjects.length === 0 && (expectsAnswer || !asksForSettings))
    report('', `asks nothing; it needs one of ${SUBJECTS.join(', ')}, unless it expects something of settings only`)
  if (subjects.length > 0 && isRecord(expected['settings']) && expected['settings']['valid'] === false)
    report('expect', 'of settings that are refused, no request is answered')
  else if (subjects.length > 0 && typeof expected['allowed'] !== 'boolean' && expected['error'] !== true)
    report('expect', 'must say whether the request is allowed')
}

// What a request says itself, and only of an object has to be added.
function checkObject(value: Unchecked, report: Report): void {
  if (!('object' in value))
    for (const name of OF_OBJECTS.filter((name) => name in value)) report(name, 'goes with object; a request says it')
  else if ((value['operation'] === 'UPDATE') !== 'oldObject' in value)
    report('oldObject', 'and operation: UPDATE need each other')
}

/** A file of policy tests. */
export const testFileSchema = fields(
  { policy: policySchema, settings, cases: z.array(caseSchema).min(1) },
  { unknown: 'refuse' },
)

export type TestFileSource = z.output<typeof testFileSchema>
export type CaseSource = z.output<typeof caseSchema>
