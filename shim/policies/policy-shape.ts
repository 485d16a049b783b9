import * as z from 'zod'
import { isRecord } from '../../util/record.ts'
import { fields } from '../../util/schema/fields.ts'
import { describeUnusableModule } from './module-source.ts'

const nonEmpty = z.string().min(1)

/** What an entry of policies.yml and a policy resource have in common, under the same names. */
export const POLICY_SHAPE = {
  module: nonEmpty.superRefine((reference, context) => {
    const message = describeUnusableModule(reference)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  }),
  // checked by nobody but the policy; the value itself, because its numbers may be JSON.rawJSON
  settings: z
    .custom<Readonly<Record<string, unknown>>>(isRecord, { error: 'must be a map', abort: false })
    .exactOptional(),
  message: z.string().exactOptional(),
  timeoutEvalSeconds: z.int().min(1).exactOptional(),
  contextAwareResources: z
    .array(fields({ apiVersion: nonEmpty, kind: nonEmpty }, { unknown: 'ignore' }))
    .exactOptional(),
}
