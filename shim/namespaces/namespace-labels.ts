import type { Labels } from '../../evaluator/matching/label-selector.ts'

/** Knows the labels of namespaces, for whoever decides namespaceSelectors. */
export interface NamespaceLabels {
  /**
   * @throws GatehouseError ERR_NAMESPACE_NOT_FOUND with the API server's own words; ERR_NAMESPACES_UNKNOWN when it cannot be
   * told, which failurePolicy then decides
   */
  labelsOf(namespace: string, signal?: AbortSignal): Promise<Labels>
}
