import type { WebhookFields } from '../../../util/webhook-fields.ts'

/** Policies, and requests to which they must give the same answers whether they share webhook entries or not. */
export interface EqualityCase {
  readonly title: string
  /** Where its policies must sit: all of them in entries with others, or one of them alone for a reason that the plan names. */
  readonly sits: 'shared' | { readonly alone: string }
  /** By id. */
  readonly policies: Readonly<Record<string, CasePolicy>>
  /** `default` unless given: then the API server's own requests do not get between. */
  readonly exclusions?: 'none'
  readonly requests: readonly CaseRequest[]
}

export interface CasePolicy extends Omit<WebhookFields, 'rules'> {
  /** `group/versions resources operations [scope]`, the core group written as `core`: `core/v1 pods,pods/* CREATE`. */
  readonly rules: string | readonly string[]
  readonly mutating?: true
  /** The rules of the policy `scripted`; unless given, it warns of what it was shown. */
  readonly does?: readonly object[]
  /** A group, in the place of `does`: what its members do. */
  readonly group?: { readonly expression: string; readonly members: Readonly<Record<string, readonly object[]>> }
  readonly policyMode?: 'monitor'
  readonly message?: string
  readonly timeoutEvalSeconds?: number
}

export interface CaseRequest {
  /** `POST /api/v1/…`; a body is sent with it, and a query that makes it a dry run unless it says `persist`. */
  readonly send: string
  readonly body?: unknown
  readonly contentType?: string
  readonly persist?: true
  /** Somebody of system:masters; unless given, the administrator. */
  readonly as?: string
  /** The ids that have to be evaluated: mutating ones in their order, then validating ones by name. */
  readonly asks: string
  readonly status?: number
  /** Shared entries give a second turn at once where single ones give it at the end, and then once more: what comes of it is the same. */
  readonly extraTurns?: true
  /** Looks at the audit annotations as well. */
  readonly audited?: true
}

export function parseRule(text: string): WebhookFields['rules'][number] {
  const [kinds = '', resources = '', operations = '', scope] = text.split(' ')
  const [groups = '', versions = ''] = kinds.split('/')
  return {
    apiGroups: groups.split(',').map((group) => (group === 'core' ? '' : group)),
    apiVersions: versions.split(','),
    resources: resources.split(','),
    operations: operations.split(','),
    ...(scope !== undefined && { scope }),
  }
}

/** The entry of policies.yml. */
export function toEntry(id: string, module: string, policy: CasePolicy): object {
  const { rules, mutating, does = [tell(id)], group, ...fields } = policy
  return {
    ...(group === undefined ? { module, settings: { rules: does } } : toGroup(id, module, group)),
    rules: [rules].flat().map(parseRule),
    ...(mutating && { allowedToMutate: true }),
    ...fields,
  }
}

function toGroup(id: string, module: string, { expression, members }: NonNullable<CasePolicy['group']>): object {
  const policies = Object.entries(members).map(([name, rules]) => [name, { module, settings: { rules } }])
  return { expression, message: `denied by ${id}`, policies: Object.fromEntries(policies) }
}

/** Warns of everything by which one request can be told from another. */
export function tell(id: string): object {
  const told =
    '{/operation} {/resource}/{/subResource} as {/requestResource/version} {/kind/kind} {/name} in {/namespace}'
  return { warnings: [`${id}: ${told}: {/object/apiVersion} {/object/metadata/labels}, was {/oldObject/apiVersion}`] }
}
