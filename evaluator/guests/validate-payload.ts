import type { EvaluationRequest } from '../admission-request.ts'

/** `{"request": …, "settings": …}` in pieces, so that a large request is copied once: into the guest. */
export function toValidatePayload({ json }: EvaluationRequest, settings: Uint8Array): readonly Uint8Array[] {
  return [BEFORE_REQUEST, json, BEFORE_SETTINGS, settings, AFTER_SETTINGS]
}

const BEFORE_REQUEST = Buffer.from('{"request":')
const BEFORE_SETTINGS = Buffer.from(',"settings":')
const AFTER_SETTINGS = Buffer.from('}')
