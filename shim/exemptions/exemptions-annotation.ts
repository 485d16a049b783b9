import * as z from 'zod'
import { parseYaml } from '../../util/yaml/yaml-document.ts'
import { exemptionsSchema } from './exemptions-schema.ts'

/** Where a policy resource has its exemptions: its spec belongs to somebody else, whose API server would drop them. */
export const EXEMPTIONS_ANNOTATION = 'gatehouse.internal/exemptions'

/** The annotation's value: the list of policies.yml, as YAML or JSON. */
export const exemptionsText = z
  .string()
  .transform((text, context) => {
    const { documents, problems } = parseYaml(EXEMPTIONS_ANNOTATION, text)
    for (const { message } of problems) context.addIssue({ code: 'custom', message: `is no YAML: ${message}` })
    const [document, ...others] = documents
    if (problems.length === 0 && (document === undefined || others.length > 0))
      context.addIssue({ code: 'custom', message: 'must hold one list of exemptions' })
    return context.issues.length > 0 ? z.NEVER : document?.value
  })
  .pipe(exemptionsSchema)
