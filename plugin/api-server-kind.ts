/**
 * Which kube-apiserver asks the policies: the stock one, through a shim's socket; ours with plugin/in-process, which runs them
 * itself; or ours, which hands reviews to a shim in frames. The stock one is the product, the others are what it is measured by.
 */
export const API_SERVER_KINDS = ['stock', 'in-process', 'in-process-to-shim'] as const

export type ApiServerKind = (typeof API_SERVER_KINDS)[number]
