import { messageOf } from '../util/errors.ts'
import { scanJson } from '../util/json-scan.ts'
import { formatProblem } from '../util/problems.ts'
import { findShapeProblems, type ObjectShape, optional, outlineOf, readShape, required } from './json-shape.ts'

/** Whether a policy accepts its settings. */
export interface SettingsVerdict {
  readonly valid: boolean
  readonly message?: string
}

const RESPONSE: ObjectShape = { valid: required('boolean'), message: optional('string') }
const RESPONSE_OUTLINE = outlineOf(RESPONSE)

/** Reads a guest's answer to `validate_settings`; one that cannot be read is a no, in the words of the guest's kind. */
export function toSettingsVerdict(answer: Uint8Array, unreadable = 'error: cannot convert response'): SettingsVerdict {
  try {
    const { root } = scanJson(answer, RESPONSE_OUTLINE)
    const problems = findShapeProblems(root, RESPONSE).map(formatProblem)
    if (problems.length > 0) throw new Error(problems.join('; '))
    return readShape(answer, root, RESPONSE) as SettingsVerdict
  } catch (error) {
    return { valid: false, message: `${unreadable}: ${messageOf(error)}` }
  }
}
