import type { PolicyLog } from '../../shim/pool/messages.ts'
import { escapeControls } from '../../util/one-line.ts'
import { toTextLine } from '../../util/text-line.ts'
import { guestsOfPrepared } from '../evaluation/ask-policy.ts'
import type { TestCase } from './test-case.ts'

/** What policies log while cases run, case by case: they run at the same time, and each has an id of its own. */
export class CaseLogs {
  readonly #lines = new Map<string, string[]>()

  add({ policyId, line }: PolicyLog): void {
    const { level, message, fields } = line
    const lines = this.#lines.get(policyId) ?? []
    this.#lines.set(policyId, lines)
    const timestamp = new Date().toISOString()
    lines.push(escapeControls(toTextLine({ ...fields, level, timestamp, message })))
  }

  of({ policy }: TestCase): readonly string[] {
    return guestsOfPrepared(policy).flatMap(({ evaluated }) => this.#lines.get(evaluated.id) ?? [])
  }
}
