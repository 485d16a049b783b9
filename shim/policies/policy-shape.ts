import * as z from 'zod'
import { describePatternProblem } from '../../evaluator/host/capability-patterns.ts'
import { isRecord } from '../../util/record.ts'
import { fields } from '../../util/schema/fields.ts'
import { describeUnusableModule } from './module-source.ts'

const nonEmpty = z.string().min(1)

/** What a policy and a group's member have in common, in policies.yml and in resources, under the same names. */
export const GUEST_SHAPE = {
  module: nonEmpty.superRefine((reference, context) => {
    const message = describeUnusableModule(reference)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  }),
  // checked by nobody but the policy; the value itself, because its numbers may be JSON.rawJSON
  settings: z
    .custom<Readonly<Record<string, unknown>>>(isRecord, { error: 'must be a map', abort: false })
    .exactOptional(),
  timeoutEvalSeconds: z.int().min(1).exactOptional(),
  contextAwareResources: z
    .array(fields({ apiVersion: nonEmpty, kind: nonEmpty }, { unknown: 'ignore' }))
    .exactOptional(),
}

/** What an entry of policies.yml and a policy resource have in common. */
export const POLICY_SHAPE = { ...GUEST_SHAPE, message: z.string().exactOptional() }

/** What a policy may ask of its host: in policies.yml only, as Kubewarden's controller writes it there. */
export const hostCapabilities = z
  .array(
    z.string().superRefine((pattern, context) => {
      const problem = describePatternProblem(pattern)
      if (problem !== undefined) context.addIssue({ code: 'custom', message: `"${pattern}" ${problem}` })
    }),
  )
  .exactOptional()
