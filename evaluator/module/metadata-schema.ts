import * as z from 'zod'
import { type Problem, throwProblems } from '../../util/problems.ts'
import { fields } from '../../util/schema/fields.ts'
import { describeIssue, formatPath } from '../../util/schema/issues.ts'
import { ruleSchema } from '../../util/schema/rules.ts'
import { EXECUTION_MODES } from './execution-modes.ts'

const contextAwareResource = fields({ apiVersion: z.string().min(1), kind: z.string().min(1) }, { unknown: 'ignore' })

const metadataSchema = fields(
  {
    protocolVersion: z.enum(['v1', 'Unknown']).exactOptional(),
    rules: z.array(ruleSchema).default([]),
    annotations: z.record(z.string(), z.string()).default({}),
    mutating: z.boolean(),
    backgroundAudit: z.boolean().default(true),
    executionMode: z.enum(EXECUTION_MODES).default('kubewarden-wapc'),
    policyType: z.enum(['kubernetes', 'raw']).default('kubernetes'),
    contextAwareResources: z.array(contextAwareResource).default([]),
    hostCapabilities: z.array(z.string()).exactOptional(),
    /** Only major and minor count. */
    minimumKubewardenVersion: z
      .string()
      .regex(/^\d+\.\d+\.\d+/, { error: 'must be a version such as 1.30.0' })
      .exactOptional(),
  },
  { unknown: 'ignore' },
)

/** What a policy's author says of it, in `metadata.yml` and in the module's custom section `io.kubewarden.metadata`. */
export type PolicyMetadata = z.output<typeof metadataSchema>

/** Checks metadata, wherever it was written. @throws GatehouseError ERR_MODULE_METADATA that lists every problem */
export function checkMetadata(value: unknown, source: string): PolicyMetadata {
  const result = metadataSchema.safeParse(value, { reportInput: true })
  if (result.success) return result.data
  const problems = result.error.issues.map((issue): Problem => {
    const message = describeIssue(issue)
    return issue.path.length === 0
      ? { file: source, message: `metadata ${message}` }
      : { file: source, field: formatPath(issue.path), message }
  })
  throwProblems('ERR_MODULE_METADATA', problems, 'correct metadata.yml and annotate the module again')
  // not reached: a value that is refused has at least one problem
  throw result.error
}
