// Denies Pods that use namespaces or ports of their host, and workloads whose template would make such Pods.

import { handleAbort, handleCall, register, Result } from '@wapc/as-guest/assembly'
import { Json, parseJson, quote } from './json'
import { findPodSpec, findUses } from './pod-spec'
import { readSettings } from './settings'

export function wapc_init(): void {
  register('validate', validate)
  register('validate_settings', validateSettings)
  register('protocol_version', (_payload) => answer('"v1"'))
}

export function __guest_call(operationLength: usize, payloadLength: usize): bool {
  return handleCall(operationLength, payloadLength)
}

/** What `throw` ends in: asconfig.json names it, so that the guest can say what went wrong before it traps. */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  handleAbort(message, file, line, column)
}

function validate(payload: ArrayBuffer): Result<ArrayBuffer> {
  const json = parseJson(String.UTF8.decode(payload))
  const request = json.members.get('request')
  const settings = readSettings(json.members.get('settings'))
  if (settings.problem != '') throw new Error('settings: ' + settings.problem)
  const kind = request.members.get('kind')
  const uses = findUses(findPodSpec(kind, request.get('object')), settings)
  // a Pod from before the policy can still be labelled, and its finalizers removed
  const known = findUses(findPodSpec(kind, request.get('oldObject')), settings)
  const added: string[] = []
  for (let i = 0; i < uses.length; i++) if (!known.includes(uses[i])) added.push(uses[i])
  if (added.length == 0) return answer('{"accepted":true}')
  const message = 'Pods may not use ' + added.join(', ')
  return answer('{"accepted":false,"message":' + quote(message) + '}')
}

function validateSettings(payload: ArrayBuffer): Result<ArrayBuffer> {
  const problem = readSettings(parseJson(String.UTF8.decode(payload))).problem
  if (problem == '') return answer('{"valid":true}')
  return answer('{"valid":false,"message":' + quote(problem) + '}')
}

function answer(json: string): Result<ArrayBuffer> {
  return Result.ok<ArrayBuffer>(String.UTF8.encode(json))
}
