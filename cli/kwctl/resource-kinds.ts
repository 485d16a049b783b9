/** The resources that can be scaffolded. */
export const RESOURCE_KINDS = ['ClusterAdmissionPolicy', 'AdmissionPolicy'] as const
export type ResourceKind = (typeof RESOURCE_KINDS)[number]
