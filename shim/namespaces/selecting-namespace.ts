import { type LabelSelector, selectsEverything } from '../../evaluator/matching/label-selector.ts'
import type { RequestAttributes } from '../../evaluator/request-attributes.ts'

/**
 * The namespace whose labels decide whether a selector selects a request; undefined when no namespace has to be looked at:
 * the selector is empty, the object is one of the cluster, or it is a Namespace that brings its labels along.
 * https://pkg.go.dev/k8s.io/apiserver/pkg/admission/plugin/webhook/predicates/namespace
 */
export function selectingNamespace(
  { operation, resource, requestResource, subResource = '', namespace = '' }: RequestAttributes,
  selectors: Iterable<LabelSelector | undefined>,
): string | undefined {
  const isNamespace = (requestResource ?? resource).resource === 'namespaces'
  if (namespace === '' && !isNamespace) return undefined
  // what is written counts: nobody else can know it yet
  if (isNamespace && subResource === '' && (operation === 'CREATE' || operation === 'UPDATE')) return undefined
  for (const selector of selectors) {
    if (selector !== undefined && !selectsEverything(selector)) return namespace
  }
  return undefined
}
